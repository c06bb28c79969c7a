/**
 * Every error that can leave the gateway: one row a code. Callers switch on the code, never on the text.
 * The text is the whole of what a client learns: no record, token, SQL or stack is ever added to it.
 */
// biome-ignore format: a table, one row a code.
export const ERRORS = {
  UNAUTHENTICATED: row(401, false, '身份凭证无效或已过期', 'The token is invalid or expired; obtain a new one.'),
  PURPOSE_REQUIRED: row(400, false, '未声明查询用途', 'Declare the purpose in X-Purpose or extensions.purpose.'),
  PURPOSE_UNKNOWN: row(400, false, '查询用途不存在或未生效', 'No purpose of this code is in force; see `xinqiao policy matrix`.'),
  PURPOSE_FORBIDDEN: row(403, false, '该用途不适用于当前查询主体', 'This purpose is not open to this caller or subject.'),
  MATTER_REQUIRED: row(400, false, '该用途须填写办件编号', 'This purpose needs the case number in X-Matter or extensions.matter.'),
  AUTHORIZATION_REQUIRED: row(403, false, '缺少信息主体授权', 'The subject has not authorised this query.'),
  ARGUMENT_FORBIDDEN: row(403, false, '不得以该字段作为查询条件', 'Filtering by this field needs the right to see it revealed.'),
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
export class GatewayError extends Error {
  readonly code: ErrorCode;
  /** Safe additions: coordinates, rule ids, department names, limits. Never a value of a record or an argument. */
  readonly details: Readonly<Record<string, string | number | readonly string[]>>;
  /** Opaque ids of the subjects that were asked for in vain; for the query log alone. */
  readonly asked: readonly string[];
  constructor(
    code: ErrorCode,
    details: GatewayError['details'] = {},
    options: { cause?: unknown; asked?: readonly string[] } = {},
  ) {
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
