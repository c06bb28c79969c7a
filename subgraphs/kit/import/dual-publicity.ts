import { checkResidentId } from '../../../schema/identifiers/resident-id.ts';
import { usccKind } from '../../../schema/identifiers/uscc.ts';
import type { ColumnSpec } from './layout.ts';
import type { RowReader } from './row-reader.ts';
import { column } from './standard-columns.ts';
import type { IdentifiedSubject } from './subject.ts';
import { identifyPerson, identifySubject, isResidentIdType } from './subject.ts';
import { isMinorOn } from './values/date.ts';

/** The columns both national layouts of 2018 begin with; `prefix` is XK (licences) or CF (penalties). */
export function counterpartColumns2018(prefix: 'XK' | 'CF'): readonly ColumnSpec[] {
  const frId = prefix === 'XK' ? ['XK_FR_ZJHM', 'XK_FR_SFZH'] : ['CF_FR_ZJHM', 'CF_FR_SFZH'];
  return [
    column('counterpart_name', ['行政相对人名称', `${prefix}_XDR_MC`], { presence: 'value', example: '云汀市示例科技有限公司' }),
    column('counterpart_kind', ['行政相对人类别', `${prefix}_XDR_LB`], {
      presence: 'value',
      type: '代码值',
      example: '法人及非法人组织',
      note: '法人及非法人组织、自然人、个体工商户。',
    }),
    column('uscc', ['行政相对人代码_1(统一社会信用代码)', `${prefix}_XDR_SHXYM`], {
      presence: 'column',
      type: '标识码',
      example: '91999900MA285UXT4W',
    }),
    column('business_registration_no', ['行政相对人代码_2(工商注册号)', `${prefix}_XDR_GSZC`], {
      presence: 'column',
      type: '标识码',
    }),
    column('organization_code', ['行政相对人代码_3(组织机构代码)', `${prefix}_XDR_ZZJG`], { presence: 'column' }),
    column('tax_registration_no', ['行政相对人代码_4(税务登记号)', `${prefix}_XDR_SWDJ`], { presence: 'column' }),
    column('institution_certificate_no', ['行政相对人代码_5(事业单位证书号)', `${prefix}_XDR_SYDW`], { presence: 'column' }),
    column('social_organization_no', ['行政相对人代码_6(社会组织登记证号)', `${prefix}_XDR_SHZZ`], { presence: 'column' }),
    column('legal_representative_name', ['法定代表人', `${prefix}_FRDB`], { presence: 'column', example: '张三' }),
    column('legal_representative_id_type', ['法定代表人证件类型', `${prefix}_FR_ZJLX`], {
      presence: 'column',
      example: '身份证',
    }),
    column('legal_representative_id_no', ['法定代表人证件号码', ...frId], {
      presence: 'column',
      type: '标识码',
      example: '999999198610245561',
    }),
    column('document_type', ['证件类型', `${prefix}_XDR_ZJLX`], { presence: 'column', note: '自然人必填。' }),
    column('document_no', ['证件号码', `${prefix}_XDR_ZJHM`], { presence: 'column', type: '标识码', note: '自然人必填。' }),
  ];
}

/** The columns the layouts of 2015 have for the counterpart. */
export function counterpartColumns2015(prefix: 'XK' | 'CF'): readonly ColumnSpec[] {
  return [
    column('counterpart_name', ['行政相对人名称', `${prefix}_XDR`, `${prefix}_XDR_MC`], { presence: 'value' }),
    column('uscc', ['行政相对人代码_1(统一社会信用代码)', `${prefix}_XDR_SHXYM`], { presence: 'column', type: '标识码' }),
    column('organization_code', ['行政相对人代码_2(组织机构代码)', `${prefix}_XDR_ZDM`]),
    column('business_registration_no', ['行政相对人代码_3(工商登记码)', `${prefix}_XDR_GSDJ`, '行政相对人代码_3(工商注册号)'], {
      type: '标识码',
    }),
    column('tax_registration_no', ['行政相对人代码_4(税务登记号)', `${prefix}_XDR_SWDJ`]),
    column('document_no', ['行政相对人代码_5(居民身份证号)', `${prefix}_XDR_SFZ`, '行政相对人代码_5(居民身份证号码)'], {
      type: '标识码',
    }),
    column('legal_representative_name', ['法定代表人姓名', `${prefix}_FR`, '法定代表人']),
  ];
}

const FIELDS = {
  uscc: 'uscc',
  businessRegistrationNo: 'business_registration_no',
  documentType: 'document_type',
  documentNo: 'document_no',
} as const;

const COUNTERPART_KINDS = {
  法人及非法人组织: 'ORGANIZATION',
  法人: 'ORGANIZATION',
  非法人组织: 'ORGANIZATION',
  自然人: 'PERSON',
  个体工商户: 'INDIVIDUAL_BUSINESS',
} as const;

/**
 * The counterpart of a decision and the rules about it: the kind decides which identifier counts (2015 has no kind: the
 * first identifier given), an organisation has a legal representative, a minor on the day of the decision is refused.
 */
export function identifyCounterpart(row: RowReader, key: string, decisionDate: string | null): IdentifiedSubject | null {
  const kind = row.code('counterpart_kind', COUNTERPART_KINDS);
  const hasCode = row.has('uscc') || row.has('business_registration_no');
  const isPerson = kind === 'PERSON' ? row.has('document_no') || !hasCode : kind === null && !hasCode && row.has('document_no');
  const identified = isPerson ? identifyPerson(row, key, FIELDS) : identifySubject(row, key, FIELDS);
  if (kind === 'ORGANIZATION' && !row.has('legal_representative_name')) row.fault('legal_representative_name', 'REQUIRED_WHEN');
  checkLegalRepresentative(row);
  if (!identified) return null;
  if (identified.birthDate && decisionDate && isMinorOn(identified.birthDate, decisionDate)) row.fault('document_no', 'MINOR');
  if (identified.uscc && kind !== null && !agrees(kind, identified.uscc)) row.warn('counterpart_kind', 'KIND_MISMATCH');
  return identified;
}

function agrees(kind: (typeof COUNTERPART_KINDS)[keyof typeof COUNTERPART_KINDS], uscc: string): boolean {
  return kind !== 'PERSON' && (usccKind(uscc) === 'INDIVIDUAL_BUSINESS') === (kind === 'INDIVIDUAL_BUSINESS');
}

/** The representative's number identifies nobody's record here, so a wrong one is worth a warning and no more. */
function checkLegalRepresentative(row: RowReader): void {
  const number = row.identifier('legal_representative_id_no');
  if (!number || !isResidentIdType(row.text('legal_representative_id_type'))) return;
  if (!checkResidentId(number).valid) row.warn('legal_representative_id_no', 'REPRESENTATIVE_ID_DOUBTFUL');
}
