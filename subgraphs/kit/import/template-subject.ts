import type { ColumnSpec } from './layout.ts';
import type { RowReader } from './row-reader.ts';
import { column } from './standard-columns.ts';
import type { IdentifiedSubject } from './subject.ts';
import { identifyPerson, identifySubject } from './subject.ts';
import { isMinorOn } from './values/date.ts';

/** The columns that say whose a row is, in the project's own templates. `persons`: natural persons may occur. */
export function subjectColumns({ persons }: { persons: boolean }): readonly ColumnSpec[] {
  const organization = [
    column('subject_name', ['主体名称'], { presence: 'optional', example: '云汀市示例科技有限公司', note: '仅供核对，不入库。' }),
    column('uscc', ['统一社会信用代码'], { presence: 'column', type: '标识码', example: '91999900MA285UXT4W' }),
    column('business_registration_no', ['工商注册号'], { type: '标识码', note: '15 位旧号；没有统一社会信用代码时填写。' }),
  ];
  if (!persons) return organization;
  return [
    ...organization,
    column('document_type', ['证件类型'], { note: '自然人填写，如身份证。' }),
    column('document_no', ['证件号码'], { type: '标识码', note: '自然人填写。' }),
  ];
}

/** The subject of a template's row: by code or old number, else by the person's document. Minors of today are refused. */
export function templateSubject(row: RowReader, key: string, today: string): IdentifiedSubject | null {
  const fields = {
    uscc: 'uscc',
    businessRegistrationNo: 'business_registration_no',
    documentType: 'document_type',
    documentNo: 'document_no',
  };
  const byDocument = !row.has('uscc') && !row.has('business_registration_no') && row.has('document_no');
  const identified = byDocument ? identifyPerson(row, key, fields) : identifySubject(row, key, fields);
  if (identified?.birthDate && isMinorOn(identified.birthDate, today)) row.fault('document_no', 'MINOR');
  return identified;
}
