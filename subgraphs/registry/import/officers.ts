import type { ImportCategory } from '../../kit/import/category.ts';
import type { Layout } from '../../kit/import/layout.ts';
import { checkResidentId, residentBirthDate } from '../../../schema/identifiers/resident-id.ts';
import type { RowReader } from '../../kit/import/row-reader.ts';
import { column, COMMON_COLUMNS, refuseStateSecret } from '../../kit/import/standard-columns.ts';
import { isResidentIdType, personId } from '../../kit/import/subject.ts';
import { subjectColumns, templateSubject } from '../../kit/import/template-subject.ts';
import { isMinorOn } from '../../kit/import/values/date.ts';
import { OFFICER } from './tables.ts';

const LAYOUT: Layout = {
  name: '主要人员（模板）',
  columns: [
    ...subjectColumns({ persons: false }),
    column('role', ['职务'], {
      presence: 'value',
      type: '代码值',
      example: '法定代表人',
      note: '法定代表人、主要负责人、实际控制人、董事、监事、股东。',
    }),
    column('name', ['姓名'], { presence: 'value', example: '张三' }),
    column('id_document_type', ['证件类型'], { example: '身份证' }),
    column('id_document_no', ['证件号码'], { type: '标识码', example: '999999198610245561' }),
    column('since', ['任职起始日期'], { type: '日期', example: '2016/03/01' }),
    column('share_percent', ['持股比例（%）'], { type: '百分比', example: '60.00' }),
    column('birth_date', ['出生日期'], { type: '日期', example: '1986/10/24' }),
    column('sex', ['性别'], { type: '代码值', example: '女', note: '男、女。' }),
    column('phone', ['手机'], { example: '13800000000' }),
    column('address', ['住址']),
    column('household_no', ['户号']),
    ...COMMON_COLUMNS,
  ],
};

const ROLES = {
  法定代表人: 'LEGAL_REPRESENTATIVE',
  负责人: 'PRINCIPAL_RESPONSIBLE',
  主要负责人: 'PRINCIPAL_RESPONSIBLE',
  经营者: 'PRINCIPAL_RESPONSIBLE',
  实际控制人: 'ACTUAL_CONTROLLER',
  董事: 'DIRECTOR',
  监事: 'SUPERVISOR',
  股东: 'SHAREHOLDER',
} as const;
const SEXES = { 男: '男', 女: '女', 1: '男', 2: '女', 男性: '男', 女性: '女' } as const;

/** 主要人员与股东: one line a person and role. */
export const officers: ImportCategory = {
  name: 'officers',
  title: '主要人员与股东',
  department: 'registry',
  schema: 'registry',
  layouts: [LAYOUT],
  tables: [OFFICER],
  plan(row, { subjectKey, today }) {
    refuseStateSecret(row, []);
    const identified = templateSubject(row, subjectKey, today);
    const documentType = row.text('id_document_type');
    const documentNo = row.identifier('id_document_no');
    const birthDate = row.date('birth_date');
    refuseMinor(row, { documentType, documentNo, birthDate, today });
    const values = [
      row.code('role', ROLES),
      row.text('name'),
      documentType,
      documentNo,
      personId(subjectKey, documentType, documentNo),
      row.date('since'),
      row.decimal('share_percent', 3, 2),
      birthDate,
      row.code('sex', SEXES),
      row.text('phone'),
      row.text('address'),
      row.text('household_no'),
    ];
    checkShare(row, Number(values[6] ?? 0));
    return identified && !row.failed ? { subject: identified.subject, records: [{ table: OFFICER, values }] } : null;
  },
};

/** A spreadsheet holds 60% as 0.6, and its file does not say which was meant. */
function checkShare(row: RowReader, percent: number): void {
  if (percent > 100) row.fault('share_percent', 'NUMBER_FORMAT');
  else if (percent > 0 && percent <= 1) row.warn('share_percent', 'PERCENT_LOOKS_LIKE_FRACTION');
}

function refuseMinor(
  row: RowReader,
  person: { documentType: string | null; documentNo: string; birthDate: string | null; today: string },
): void {
  const { documentType, documentNo, birthDate, today } = person;
  if (birthDate !== null && isMinorOn(birthDate, today)) row.fault('birth_date', 'MINOR');
  if (!documentNo || !isResidentIdType(documentType)) return;
  const check = checkResidentId(documentNo);
  if (!check.valid) row.fault('id_document_no', `IDENTIFIER_${check.reason}`);
  else if (isMinorOn(residentBirthDate(check.value), today)) row.fault('id_document_no', 'MINOR');
}
