import { subjectId } from '../../../schema/identifiers/subject-id.ts';
import { usccKind } from '../../../schema/identifiers/uscc.ts';
import type { Cell, ImportCategory, PlannedRecord } from '../../kit/import/category.ts';
import type { Layout } from '../../kit/import/layout.ts';
import type { RowReader } from '../../kit/import/row-reader.ts';
import { column, COMMON_COLUMNS, refuseStateSecret } from '../../kit/import/standard-columns.ts';
import { identifySubject, oldNumberReference } from '../../kit/import/subject.ts';
import { IDENTIFIER, PREVIOUS_NAME, SUBJECT, SUCCESSION } from './tables.ts';

const LAYOUT: Layout = {
  name: '登记注册（模板）',
  columns: [
    column('uscc', ['统一社会信用代码'], { presence: 'value', type: '标识码', example: '91999900MA285UXT4W' }),
    column('name', ['名称', '主体名称'], { presence: 'value', example: '云汀市示例科技有限公司' }),
    column('business_registration_no', ['工商注册号'], { type: '标识码', note: '15 位旧号，供按旧号查找。' }),
    column('kind', ['主体类型'], {
      type: '代码值',
      example: '企业法人',
      note: '企业法人、非企业法人、非法人组织、个体工商户；空则按代码和企业类型判断。',
    }),
    column('enterprise_type_code', ['企业类型代码'], { example: '1130' }),
    column('enterprise_type_name', ['企业类型'], { example: '有限责任公司（自然人投资或控股）' }),
    column('status', ['登记状态'], {
      presence: 'value',
      type: '代码值',
      example: '存续',
      note: '存续、吊销、注销、迁出、歇业。',
    }),
    column('registered_capital', ['注册资本（万元）'], { type: '金额（万元）', example: '100' }),
    column('established_on', ['成立日期'], { type: '日期', example: '2016/03/01' }),
    column('approved_on', ['核准日期'], { type: '日期', example: '2023/05/06' }),
    column('business_scope', ['经营范围'], { long: true, example: '软件开发；信息技术咨询服务。' }),
    column('registered_address', ['住所'], { example: '云汀市东篱区示例路1号' }),
    column('operating_address', ['经营场所']),
    column('division', ['行政区划代码'], { example: '999901', note: 'GB/T 2260，登记时的区划，6 位。' }),
    column('industry_code', ['行业代码'], { example: 'I6510', note: 'GB/T 4754。' }),
    column('registration_authority', ['登记机关'], { example: '云汀市市场监督管理局' }),
    column('legal_representative_name', ['法定代表人', '法定代表人（负责人、经营者）'], { example: '张三' }),
    column('employees', ['从业人数'], { type: '数量', example: '12' }),
    column('contact_phone', ['联系电话'], { example: '13800000000' }),
    column('email', ['电子邮箱'], { example: 'office@example.cn' }),
    column('previous_names', ['曾用名'], { note: '可填多个，以“；”分隔。' }),
    column('predecessors', ['前身统一社会信用代码'], {
      type: '标识码',
      note: '被合并或个转企之前的主体，可填多个，以“；”分隔。',
    }),
    column('successor', ['承继主体统一社会信用代码'], { type: '标识码' }),
    column('succession_kind', ['承继方式'], { type: '代码值', note: '合并、个转企；空则按前身的代码判断。' }),
    column('succeeded_on', ['承继日期'], { type: '日期' }),
    ...COMMON_COLUMNS,
  ],
};

const KINDS = {
  企业法人: 'ENTERPRISE_LEGAL_PERSON',
  非企业法人: 'NON_ENTERPRISE_LEGAL_PERSON',
  非法人组织: 'UNINCORPORATED_ORGANIZATION',
  个体工商户: 'INDIVIDUAL_BUSINESS',
} as const;
/** 存续 and its neighbours; the letters are the codes of one city's platform (B16). */
const STATUSES = {
  存续: 'IN_OPERATION',
  在营: 'IN_OPERATION',
  开业: 'IN_OPERATION',
  '存续(在营、开业)': 'IN_OPERATION',
  K: 'IN_OPERATION',
  吊销: 'REVOKED',
  '吊销,未注销': 'REVOKED',
  吊销未注销: 'REVOKED',
  D: 'REVOKED',
  注销: 'DEREGISTERED',
  迁出: 'MOVED_OUT',
  歇业: 'SUSPENDED',
  Z: 'SUSPENDED',
} as const;
const SUCCESSIONS = { 合并: 'MERGER', 吸收合并: 'MERGER', 新设合并: 'MERGER', 个转企: 'CONVERSION', 转型: 'CONVERSION' } as const;
/** Types of enterprises that are no legal persons although their code starts with 91. */
const UNINCORPORATED = /分公司|分支机构|个人独资|合伙|办事处|代表机构/;
const BETWEEN_VALUES = /[;；\n]/;

/** 登记注册: one line a registered subject, with its former names and successions. */
export const registrations: ImportCategory = {
  name: 'registrations',
  title: '登记注册信息',
  department: 'registry',
  schema: 'registry',
  layouts: [LAYOUT],
  tables: [SUBJECT, IDENTIFIER, PREVIOUS_NAME, SUCCESSION],
  plan(row, { subjectKey }) {
    refuseStateSecret(row, ['business_scope']);
    const identified = identifySubject(row, subjectKey, { uscc: 'uscc' });
    const uscc = identified?.uscc;
    // An old number in the code's column names nobody yet: it is this file that tells the registry about old numbers.
    if (identified && uscc === undefined) row.fault('uscc', 'IDENTIFIER_LENGTH');
    const succession = readSuccession(row, subjectKey, uscc);
    const records = [
      { table: SUBJECT, values: readSubject(row, uscc ?? '') },
      ...readOldNumber(row, subjectKey),
      ...readPreviousNames(row),
      ...succession,
    ];
    return identified && !row.failed ? { subject: identified.subject, records } : null;
  },
};

function readSubject(row: RowReader, uscc: string): Cell[] {
  return [
    readKind(row, uscc),
    row.text('name'),
    uscc,
    row.identifier('business_registration_no') || null,
    row.text('enterprise_type_code'),
    row.text('enterprise_type_name'),
    row.code('status', STATUSES),
    row.amount('registered_capital', 'wan'),
    row.date('established_on'),
    row.date('approved_on'),
    row.freeText('business_scope'),
    row.text('registered_address'),
    row.text('operating_address'),
    row.text('division'),
    row.text('industry_code'),
    row.text('registration_authority'),
    row.text('legal_representative_name'),
    row.decimal('employees', 9, 0),
    row.text('contact_phone'),
    row.text('email'),
  ];
}

function readKind(row: RowReader, uscc: string): string {
  const given = row.code('kind', KINDS);
  const told = usccKind(uscc);
  if (told === 'INDIVIDUAL_BUSINESS' || given === 'INDIVIDUAL_BUSINESS') {
    // The code decides: it also decides whether the subject's data are personal.
    if (given !== null && given !== told) row.warn('kind', 'KIND_MISMATCH');
    return told;
  }
  return given ?? (UNINCORPORATED.test(row.text('enterprise_type_name') ?? '') ? 'UNINCORPORATED_ORGANIZATION' : told);
}

function readOldNumber(row: RowReader, key: string): readonly PlannedRecord[] {
  const number = row.identifier('business_registration_no');
  if (!number) return [];
  const reference = oldNumberReference(key, number);
  if (reference === null) {
    row.fault('business_registration_no', number.length === 15 ? 'IDENTIFIER_CHECK_DIGIT' : 'IDENTIFIER_LENGTH');
    return [];
  }
  return [{ table: IDENTIFIER, values: [reference, 'BUSINESS_REGISTRATION_NO'] }];
}

function readPreviousNames(row: RowReader): readonly PlannedRecord[] {
  return split(row.text('previous_names')).map((name) => ({ table: PREVIOUS_NAME, values: [name, null] }));
}

/** Both ends of a succession may tell of it; either way the record is the predecessor's. */
function readSuccession(row: RowReader, key: string, uscc: string | undefined): readonly PlannedRecord[] {
  const kind = row.code('succession_kind', SUCCESSIONS);
  const on = row.date('succeeded_on');
  const successor = row.checkedUscc('successor');
  const idOf = (value: string) => subjectId(key, { type: 'USCC', value });
  const kindOf = (predecessor: string) => kind ?? (usccKind(predecessor) === 'INDIVIDUAL_BUSINESS' ? 'CONVERSION' : 'MERGER');
  if (uscc === undefined) return [];
  const own = successor === null ? [] : [{ table: SUCCESSION, values: [idOf(successor), kindOf(uscc), on] }];
  const predecessors = split(row.text('predecessors')).flatMap((text) => {
    const value = row.usccIn('predecessors', text);
    return value === null ? [] : [{ table: SUCCESSION, subjectId: idOf(value), values: [idOf(uscc), kindOf(value), on] }];
  });
  return [...own, ...predecessors];
}

function split(text: string | null): readonly string[] {
  return [
    ...new Set(
      (text ?? '')
        .split(BETWEEN_VALUES)
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ];
}
