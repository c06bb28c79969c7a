import type { ColumnSpec } from './layout.ts';
import type { ValueType } from './reasons.ts';
import type { RowReader } from './row-reader.ts';

/** Field of the officer responsible for a row, in every layout. */
export const OFFICER_FIELD = 'responsible_officer';

/**
 * The limits of short texts (names, codes) and of long ones (contents, facts); the national lengths are 200 and 4,000. Two short
 * ones in Chinese, the key of a record, must fit an entry of PostgreSQL's index (2,704 bytes).
 */
const SHORT_TEXT = 400;
const LONG_TEXT = 20_000;

/** Describes a column: the official header first, then its other spellings. `long` allows 20,000 characters. */
export function column(
  field: string,
  headers: readonly string[],
  options: { presence?: ColumnSpec['presence']; type?: ValueType; long?: boolean; example?: string; note?: string } = {},
): ColumnSpec {
  return {
    field,
    headers,
    presence: options.presence ?? 'optional',
    type: options.type ?? '文本',
    maxLength: options.long ? LONG_TEXT : SHORT_TEXT,
    example: options.example ?? '',
    ...(options.note !== undefined && { note: options.note }),
  };
}

/** Optional columns of every layout: the officer, and the secrecy mark that makes a row be refused. */
export const COMMON_COLUMNS: readonly ColumnSpec[] = [
  column(OFFICER_FIELD, ['经办人', 'responsible_officer'], { note: '本行的经办人；空则为导入时 --officer 所指的人。' }),
  column('secrecy', ['密级', 'secrecy'], { note: '标有密级的行一律拒收；公开的留空或填“公开”。' }),
];

/** What the secrecy column may hold without being a mark. Anything else is one: refusing too much is the safe side. */
const NOT_SECRET = new Set(['公开', '非密', '非涉密', '不涉密', '无', '否', '内部']);
/** The official mark (秘密★10年), or a remark that says so; one that denies it elsewhere in the text takes nothing back. */
const SECRET_MARK = /[绝机秘]密\s*★|(?<![非不未无])涉密|(?<![不未])(?:涉及|属于|标注为?)国家秘密/;

/** Refuses a row marked as a state secret, in the column for it or in one of the free texts. */
export function refuseStateSecret(row: RowReader, freeTexts: readonly string[]): void {
  const mark = row.text('secrecy');
  if (mark !== null && !NOT_SECRET.has(mark)) row.fault('secrecy', 'STATE_SECRET');
  for (const field of freeTexts) {
    const text = row.text(field);
    if (text !== null && SECRET_MARK.test(text)) row.fault(field, 'STATE_SECRET');
  }
}
