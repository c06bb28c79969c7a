import { CodedError, type ErrorDetails } from '../schema/coded-error.ts';

/**
 * Every error that can leave the gateway: one row a code. Callers switch on the code, never on the text.
 * The text is the whole of what a client learns: no record, token, SQL or stack is ever added to it.
 */
// biome-ignore format: a table, one row a code.
export const ERRORS = {
  UNAUTHENTICATED: row(401, false, '身份凭证无效或已过期', 'The token is invalid or expired; obtain a new one.'),
  DPOP_REQUIRED: row(401, false, '该身份凭证须附密钥持有证明', 'Present a token bound to your key as `Authorization: DPoP`, with a proof in `DPoP` (RFC 9449).'),
  DPOP_INVALID: row(401, false, '密钥持有证明无效或已用过', 'The DPoP proof does not fit this request (`reason`); make a new one for each request.'),
  PURPOSE_REQUIRED: row(400, false, '未声明查询用途', 'Declare the purpose in X-Purpose or extensions.purpose.'),
  PURPOSE_UNKNOWN: row(400, false, '查询用途不存在或未生效', 'No purpose of this code is in force; see `xinqiao policy matrix`.'),
  PURPOSE_FORBIDDEN: row(403, false, '该用途不适用于当前查询主体', 'This purpose is not open to this caller or subject.'),
  MATTER_REQUIRED: row(400, false, '该用途须填写办件编号', 'This purpose needs the case number in X-Matter or extensions.matter.'),
  ACT_FORBIDDEN: row(403, false, '该用途不得办理此事项', 'This purpose does not let this caller change this.'),
  ACT_NOT_ALONE: row(400, false, '一次只能办理一个事项', 'Send one field of the mutation at a time.'),
  ACT_UNCERTAIN: row(503, false, '办理结果未知', 'Whether it was done could not be told; look before you try again.'),
  SUSPENDED: row(403, false, '已被信用主管部门暂停', 'The credit office has suspended this caller, organisation, purpose or department; ask it.'),
  SUSPENSIONS_UNKNOWN: row(503, true, '暂停状态未知，未予答复', 'What is suspended could not be read, so nothing was released.'),
  OPERATION_NOT_REGISTERED: row(403, false, '该查询未经登记', 'Register it by registerOperation (purpose QUERY_REGISTRATION), then run it byte for byte or by its hash.'),
  OPERATION_PENDING: row(403, false, '该查询待信用主管部门审查', 'It is in review, or would disclose more than was approved; see registeredOperation.'),
  OPERATION_EXPIRED: row(403, false, '该查询的批准已到期', 'Its approval has ended; ask the credit office to renew it, or register it anew.'),
  OPERATIONS_UNKNOWN: row(503, true, '登记情况未知，未予答复', 'What is registered could not be read, so nothing was released.'),
  PERSISTED_QUERY_NOT_FOUND: row(404, false, '没有此摘要的登记查询', 'No registered document has this SHA-256; send it in full, or register it.'),
  ALREADY_DONE: row(409, false, '该事项已办结或状态不符', 'Its state does not allow this any more; look at it again.'),
  OWN_QUERY: row(403, false, '不得复核本人的查询', 'Nobody reviews a query of their own; another auditor must.'),
  SECOND_PERSON_REQUIRED: row(403, false, '须由另一人批准', 'Whoever asked for it cannot approve it as well.'),
  NOT_FOUND: row(404, false, '未找到该事项', 'There is none with this id, or it is not yours.'),
  AUTHORIZATION_REQUIRED: row(403, false, '缺少信息主体授权', 'The subject has not authorised this query.'),
  AUTHORIZATION_MALFORMED: row(400, false, '授权请求格式不符', 'A member of the request is not of its form.'),
  AUTHORIZATION_UNBOUNDED: row(400, false, '授权没有截止日期', 'An authorization has an end; name it.'),
  AUTHORIZATION_START_MISSING: row(400, false, '授权没有起始时刻', 'Name when the authorization begins.'),
  AUTHORIZATION_RENEWS_ITSELF: row(400, false, '授权不得自动续期', 'Ask anew when it ends; nothing renews itself.'),
  AUTHORIZATION_USES_UNBOUNDED: row(400, false, '授权没有次数上限', 'Name how often it may be used.'),
  AUTHORIZATION_DAILY_USES_UNBOUNDED: row(400, false, '授权没有每日次数上限', 'Name how often it may be used a day.'),
  AUTHORIZATION_WINDOW_UNBOUNDED: row(400, false, '授权没有数据期间', 'Name the first and the last day of the data.'),
  AUTHORIZATION_DATA_LIFE_UNBOUNDED: row(400, false, '未写明查询结果保存期限', 'Name for how many days the data may be kept.'),
  AUTHORIZATION_PURPOSE_WILDCARD: row(400, false, '授权用途不得为任意用途', 'Name one purpose.'),
  AUTHORIZATION_PURPOSE_BUNDLED: row(400, false, '不得捆绑多个用途', 'One authorization, one purpose; ask for each.'),
  AUTHORIZATION_PURPOSE_UNKNOWN: row(400, false, '授权用途不存在或未生效', 'No purpose of this code is in force.'),
  AUTHORIZATION_PURPOSE_UNFIT: row(400, false, '该用途不适用授权', 'An authorization opens nothing for this purpose.'),
  AUTHORIZATION_SCOPE_WILDCARD: row(400, false, '授权范围不得为全部', 'Name the categories one by one.'),
  AUTHORIZATION_SCOPE_EMPTY: row(400, false, '授权范围为空', 'Name at least one category; leave the fields out for all of them.'),
  AUTHORIZATION_CATEGORY_UNKNOWN: row(400, false, '授权类别不存在', 'No category of this name.'),
  AUTHORIZATION_SCOPE_EXCEEDED: row(400, false, '授权类别超出模板', 'A category is not in the template.'),
  AUTHORIZATION_FIELD_UNKNOWN: row(400, false, '授权字段不存在', 'The schema has no such field.'),
  AUTHORIZATION_FIELD_OUTSIDE: row(400, false, '授权字段不在授权类别之内', 'A field is of none of the categories asked for.'),
  AUTHORIZATION_FIELD_EXCEEDED: row(400, false, '授权字段超出模板', 'A field is not in the template.'),
  AUTHORIZATION_FIELD_WITHHELD: row(400, false, '该用途即使经授权也不提供该字段', 'The purpose withholds a field even with authorization.'),
  AUTHORIZATION_TEMPLATE_UNKNOWN: row(400, false, '授权模板不存在或未生效', 'No template of this id is in force.'),
  AUTHORIZATION_TEMPLATE_OUTDATED: row(400, false, '授权模板版本已更新', 'Another version of the template is in force; read it.'),
  AUTHORIZATION_TEMPLATE_MISMATCH: row(400, false, '授权模板不适用于该用途', 'The template is for another purpose.'),
  AUTHORIZATION_NOTICE_MISMATCH: row(400, false, '告知文本与模板不符', 'The hash is not that of the notice in force.'),
  AUTHORIZATION_SUBJECT_INVALID: row(400, false, '授权主体编号无效', "Give the subject's opaque id."),
  AUTHORIZATION_SUBJECT_UNFIT: row(400, false, '该模板不适用于此类主体', 'The template is for organisations.'),
  AUTHORIZATION_GRANTEE_INVALID: row(400, false, '被授权机构无效', 'Name one organisation.'),
  AUTHORIZATION_GRANTEE_FOREIGN: row(403, false, '不得代其他机构请求授权', 'An organisation asks for itself, with its own key.'),
  AUTHORIZATION_KEY_REQUIRED: row(400, false, '未绑定机构密钥', 'Ask with a token that is bound to a key (DPoP).'),
  AUTHORIZATION_MATTER_REQUIRED: row(400, false, '未写明贷款或办件编号', 'Name the loan or case.'),
  AUTHORIZATION_CONSENT_PRESUMED: row(400, false, '不得预先代填同意', 'The subject decides; a request holds no consent.'),
  AUTHORIZATION_PERIOD_INVERTED: row(400, false, '授权截止早于起始', 'It ends before it begins.'),
  AUTHORIZATION_STARTS_IN_PAST: row(400, false, '授权起始日期已过', 'It begins before today.'),
  AUTHORIZATION_STARTS_TOO_LATE: row(400, false, '授权起始日期过远', 'It begins after a request may wait for its answer.'),
  AUTHORIZATION_ENDS_IN_PAST: row(400, false, '授权截止日期已过', 'It has ended already.'),
  AUTHORIZATION_OVER_A_YEAR: row(400, false, '授权不得超过366日', 'No authorization lasts longer than 366 days.'),
  AUTHORIZATION_PERIOD_TOO_LONG: row(400, false, '授权期限超过模板上限', 'It lasts longer than the template allows.'),
  AUTHORIZATION_USES_INVALID: row(400, false, '授权次数无效', 'The number of uses is a whole number from 1.'),
  AUTHORIZATION_USES_EXCEEDED: row(400, false, '授权次数超过模板上限', 'More uses than the template allows.'),
  AUTHORIZATION_DAILY_USES_INVALID: row(400, false, '每日次数无效', 'The number of uses a day is a whole number from 1, at most that of all uses.'),
  AUTHORIZATION_DAILY_USES_EXCEEDED: row(400, false, '每日次数超过模板上限', 'More uses a day than the template allows.'),
  AUTHORIZATION_WINDOW_INVALID: row(400, false, '数据期间不是日期', 'The data window is two dates, YYYY-MM-DD.'),
  AUTHORIZATION_WINDOW_INVERTED: row(400, false, '数据期间首尾颠倒', 'The data window ends before it begins.'),
  AUTHORIZATION_WINDOW_IN_FUTURE: row(400, false, '数据期间晚于授权截止', 'The data window reaches beyond the end of the authorization.'),
  AUTHORIZATION_WINDOW_TOO_LONG: row(400, false, '数据期间超过模板上限', 'More months of data than the template allows.'),
  AUTHORIZATION_DATA_LIFE_INVALID: row(400, false, '保存期限无效', 'The days are a whole number from 1.'),
  AUTHORIZATION_DATA_LIFE_EXCEEDED: row(400, false, '保存期限超过模板上限', 'The data would be kept longer than the template allows.'),
  AUTHORIZATION_CONSENT_BY_GRANTEE: row(403, false, '被授权机构不得代为同意', 'Whom it is for cannot grant it.'),
  AUTHORIZATION_SIGNATORY_FOREIGN: row(403, false, '签署人不代表该主体', 'The signatory signs for another subject.'),
  AUTHORIZATION_SIGNATORY_UNAUTHORIZED: row(403, false, '签署人无权代表该主体', 'The signatory has no role that may sign for the subject.'),
  AUTHORIZATION_ASSURANCE_TOO_LOW: row(403, false, '签署人身份核验等级不足', 'Identify more surely, then sign.'),
  AUTHORIZATION_CHANNEL_FORBIDDEN: row(403, false, '不得经该渠道签署', "Sign at the city's portal or counter."),
  AUTHORIZATION_CONSENT_NOT_SEPARATE: row(400, false, '未取得单独同意', 'Consent to this alone, apart from everything else.'),
  AUTHORIZATION_LOAN_NOT_OPEN: row(403, false, '贷款未声明存续', 'The grantee has not attested that the loan is open.'),
  AUTHORIZATION_REQUEST_PENDING: row(409, false, '同一请求正在等待答复', 'The same request is waiting for its answer.'),
  AUTHORIZATION_REQUESTS_REPEATED: row(429, false, '主体拒绝后不得反复请求', 'The subject refused; leave it alone for some days.'),
  AUTHORIZATION_UNKNOWN: row(403, false, '授权不存在或不属于本机构', 'There is none of this id for this caller.'),
  AUTHORIZATION_NOT_GRANTED: row(403, false, '主体尚未同意', 'The subject has not granted it.'),
  AUTHORIZATION_DECLINED: row(403, false, '主体已拒绝', 'The subject declined.'),
  AUTHORIZATION_LAPSED: row(403, false, '授权请求已失效', 'The request lapsed unanswered.'),
  AUTHORIZATION_NOT_BEGUN: row(403, false, '授权尚未生效', 'It has not begun.'),
  AUTHORIZATION_EXPIRED: row(403, false, '授权已到期', 'It has ended.'),
  AUTHORIZATION_REVOKED: row(403, false, '授权已撤销', 'The subject revoked it.'),
  AUTHORIZATION_EXHAUSTED: row(403, false, '授权次数已用尽', 'All uses are spent or under way.'),
  AUTHORIZATION_SUSPENDED: row(403, false, '授权已中止', 'It is suspended: the loan was attested closed.'),
  AUTHORIZATION_DAY_EXHAUSTED: row(429, false, '当日授权次数已用尽', 'The uses of today are spent; come back tomorrow.'),
  AUTHORIZATION_KEY_MISMATCH: row(403, false, '机构密钥与授权不符', 'Use the key that it was granted to.'),
  AUTHORIZATION_PURPOSE_MISMATCH: row(403, false, '用途与授权不符', 'It was granted for another purpose.'),
  AUTHORIZATION_MATTER_MISMATCH: row(403, false, '办件编号与授权不符', 'It was granted for another loan or case.'),
  AUTHORIZATION_SUBJECT_MISMATCH: row(403, false, '查询主体与授权不符', 'Ask about the subject that granted it, and about nobody else.'),
  AUTHORIZATION_ENDED: row(403, false, '授权在答复之前已终止，未予答复', 'It ended while the query was under way; nothing was released.'),
  ARGUMENT_FORBIDDEN: row(403, false, '不得以该字段作为查询条件', 'Filtering by this field needs the right to see it revealed.'),
  THRESHOLD_FORBIDDEN: row(400, false, '只能以公布的区间界点提问', 'Ask by a threshold of those offered: details.offered.'),
  THRESHOLDS_EXHAUSTED: row(403, false, '本授权可提的界点问题已用完', 'This authorization answers no further question by a threshold.'),
  SUBJECTS_TOO_MANY: row(400, false, '单次查询主体数量超过上限', 'Ask for fewer subjects at a time.'),
  QUERY_TOO_COSTLY: row(400, false, '查询过于复杂', 'Ask for fewer fields, aliases or levels at a time.'),
  RATE_LIMITED: row(429, true, '查询次数超过配额', 'The quota is used up; try again after Retry-After seconds.'),
  INTROSPECTION_FORBIDDEN: row(403, false, '未获准查看接口结构', 'Introspection is for authenticated developers.'),
  INPUT_INVALID: row(400, false, '查询参数不合法', 'An argument does not have the form its type requires.'),
  DEPARTMENT_UNAVAILABLE: row(503, true, '数据提供部门暂不可用', 'A department did not answer; its fields are null. Try again later.'),
  DEPARTMENT_REFUSED: row(403, false, '数据提供部门不接受该用途', 'The owner does not accept this purpose; its fields are null.'),
  REFERENCE_UNAVAILABLE: row(503, true, '必要参考数据暂不可用，整个查询未予答复', 'A department this purpose must consult did not answer; nothing was released.'),
  LOG_UNAVAILABLE: row(503, true, '查询日志不可用，未予答复', 'The look could not be recorded, so nothing was released.'),
  OVERLOADED: row(503, true, '服务繁忙', 'The gateway is at capacity; try again after Retry-After seconds.'),
  INTERNAL: row(500, false, '内部错误', 'Something went wrong; quote the request id to the operator.'),
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal or failure with a code of the closed table; anything else that is thrown becomes INTERNAL. */
export class GatewayError extends CodedError {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  /** Opaque ids of the subjects that were asked for in vain; for the query log alone. */
  readonly asked: readonly string[];
  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { cause?: unknown; asked?: readonly string[] } = {}) {
    super(ERRORS[code].message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'GatewayError';
    this.code = code;
    this.details = details;
    this.asked = options.asked ?? [];
  }
}

/** The error's code, INTERNAL for anything that is not a {@link GatewayError}. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof GatewayError ? error.code : 'INTERNAL';
}

/** Whether the code is the caller's to mend (REFUSED in the log) and not a fault of ours or a department's (FAILED). */
export function isRefusal(code: ErrorCode): boolean {
  return ERRORS[code].status < 500;
}

function row(status: number, retryable: boolean, title: string, hint: string) {
  return { status, retryable, message: `${title}。 ${hint}` } as const;
}
