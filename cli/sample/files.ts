import { IMPORT_CATEGORIES } from '../../subgraphs/import-categories.ts';
import { MARKET_REGULATION } from './city.ts';
import { withSlashes } from './dates.ts';
import type { Party, Person, Registration, SubjectRecords } from './records.ts';

/** A row of an import file by the names of the layout's fields; fields left out are empty cells. */
export interface FileRow {
  cells: Readonly<Record<string, string>>;
  /** What the import must do with it, where it is not simply to accept it. */
  expect?: 'REJECTED' | 'UNMATCHED';
}

/** A file of the city: the import category whose first layout it has, and the rows a subject contributes. */
export interface CityFile {
  category: string;
  department: string;
  columns: readonly { field: string; header: string }[];
  rowsOf(subject: SubjectRecords): readonly FileRow[];
}

/** Columns nobody fills here: the secrecy mark, whose every use is a refusal. */
const LEFT_OUT = ['secrecy'];

/** The files in the order they must be imported: the registry first, because it tells the others of old numbers. */
export const CITY_FILES: readonly CityFile[] = [
  file('registrations', ({ registration }) => (registration ? [registrationRow(registration)] : [])),
  file('officers', ({ registration }) =>
    registration ? registration.officers.map((officer) => officerRow(registration.uscc, officer)) : [],
  ),
  file('licenses', licenceRows),
  file('penalties', penaltyRows),
  file('tax-status', ({ tax }) =>
    tax ? [row({ uscc: tax.uscc, abnormal_since: withSlashes(tax.abnormalSince), refund_account_no: tax.refundAccountNo })] : [],
  ),
  file('tax-credit-grades', ({ tax }) =>
    (tax?.grades ?? []).map(({ year, grade }) => row({ uscc: tax?.uscc ?? '', year, grade })),
  ),
  file('tax-arrears', ({ tax }) =>
    (tax?.arrears ?? []).map(({ taxType, amount, since }) =>
      row({ uscc: tax?.uscc ?? '', tax_type: taxType, amount, since: withSlashes(since) }),
    ),
  ),
  file('tax-payments', ({ tax }) =>
    (tax?.payments ?? []).map(({ month, taxType, amount, paidOn }) =>
      row({ uscc: tax?.uscc ?? '', month, tax_type: taxType, amount, paid_on: withSlashes(paidOn) }),
    ),
  ),
  file('declared-sales', ({ tax }) => (tax?.sales ?? []).map(({ year, amount }) => row({ uscc: tax?.uscc ?? '', year, amount }))),
  file('social-security', ({ contributions }) =>
    contributions.map(({ uscc, month, insured, due, paid }) => row({ uscc, month, insured_count: insured, due, paid })),
  ),
  file('utility-accounts', ({ accounts }) =>
    accounts.map(({ uscc, kind, accountNo, address, bankAccountNo }) =>
      row({ uscc, kind, account_no: accountNo, address, bank_account_no: bankAccountNo }),
    ),
  ),
  file('utility-bills', billRows),
];

function file(name: string, rowsOf: CityFile['rowsOf']): CityFile {
  const category = IMPORT_CATEGORIES.find((candidate) => candidate.name === name);
  const layout = category?.layouts[0];
  if (category === undefined || layout === undefined) throw new Error(`no import category ${name}`);
  const columns = layout.columns.filter(({ field }) => !LEFT_OUT.includes(field));
  return {
    category: name,
    department: category.department,
    columns: columns.map(({ field, headers }) => ({ field, header: headers[0] ?? field })),
    rowsOf,
  };
}

function row(cells: FileRow['cells'], expect?: FileRow['expect']): FileRow {
  return { cells, ...(expect === undefined ? {} : { expect }) };
}

function registrationRow(firm: Registration): FileRow {
  return row({
    uscc: firm.uscc,
    name: firm.name,
    business_registration_no: firm.oldNumber,
    enterprise_type_code: firm.typeCode,
    enterprise_type_name: firm.typeName,
    status: firm.status,
    registered_capital: firm.capitalWan,
    established_on: withSlashes(firm.establishedOn),
    approved_on: withSlashes(firm.approvedOn),
    business_scope: firm.scope,
    registered_address: firm.address,
    operating_address: firm.operatingAddress,
    division: firm.division,
    industry_code: firm.industryCode,
    registration_authority: MARKET_REGULATION.name,
    legal_representative_name: firm.legalRepresentative.name,
    employees: firm.employees,
    contact_phone: firm.phone,
    email: firm.email,
    previous_names: firm.previousNames.join('；'),
    successor: firm.successor?.uscc ?? '',
    succession_kind: firm.successor?.kind ?? '',
    succeeded_on: withSlashes(firm.successor?.on ?? ''),
  });
}

function officerRow(uscc: string, officer: Registration['officers'][number]): FileRow {
  return row({
    uscc,
    role: officer.role,
    name: officer.name,
    id_document_type: '身份证',
    id_document_no: officer.residentId,
    since: withSlashes(officer.since),
    share_percent: officer.share,
    birth_date: withSlashes(officer.birthDate),
    sex: officer.isMan ? '男' : '女',
    phone: officer.phone,
    address: officer.address,
    household_no: officer.householdNo,
  });
}

function licenceRows({ licences }: SubjectRecords): FileRow[] {
  return licences.map(({ party, agency, ...licence }) =>
    row(
      {
        ...counterpart(party),
        decision_document_name: '准予行政许可决定书',
        decision_document_no: licence.documentNo,
        category: licence.category,
        certificate_name: licence.certificate,
        license_no: licence.licenceNo,
        content: licence.content,
        decision_date: withSlashes(licence.decidedOn),
        valid_from: withSlashes(licence.decidedOn),
        valid_to: withSlashes(licence.validTo),
        ...agencies(agency),
        status: licence.isValid ? '1' : '2',
      },
      party.expect,
    ),
  );
}

function penaltyRows({ penalties: decisions }: SubjectRecords): FileRow[] {
  return decisions.map(({ party, agency, ...penalty }) =>
    row(
      {
        ...counterpart(party),
        decision_document_no: penalty.documentNo,
        violation_type: penalty.violation,
        facts: penalty.facts,
        basis: penalty.basis,
        categories: penalty.categories,
        content: penalty.content,
        fine: penalty.fineWan,
        confiscated: penalty.confiscatedWan,
        revoked_certificate: penalty.revokedCertificate,
        decision_date: withSlashes(penalty.decidedOn),
        valid_to: withSlashes(penalty.validTo),
        publicity_end_date: withSlashes(penalty.publicityEnd),
        ...agencies(agency),
        procedure: penalty.isSimple ? '01' : '02',
        status: penalty.withdrawnOn === '' ? '公示中' : '撤销',
        withdrawn_on: withSlashes(penalty.withdrawnOn),
        withdrawal_reason: penalty.withdrawalReason,
        repair_status: penalty.repairedOn === '' ? '未修复' : '已修复',
        repaired_on: withSlashes(penalty.repairedOn),
        case_handlers: penalty.handlers,
      },
      party.expect,
    ),
  );
}

function billRows({ accounts }: SubjectRecords): FileRow[] {
  return accounts.flatMap(({ uscc, kind, accountNo, bills }) =>
    bills.map((bill) =>
      row({
        uscc,
        kind,
        account_no: accountNo,
        month: bill.month,
        usage: bill.usage,
        amount: bill.amount,
        arrears_periods: bill.arrearsPeriods,
        late_fee: bill.lateFee,
        paid_on: withSlashes(bill.paidOn),
      }),
    ),
  );
}

function counterpart({ name, uscc, oldNumber, residentId, legalRepresentative }: Party): Record<string, string> {
  const kind = residentId !== '' ? '自然人' : uscc.startsWith('92') ? '个体工商户' : '法人及非法人组织';
  return {
    counterpart_name: name,
    counterpart_kind: kind,
    uscc,
    business_registration_no: oldNumber,
    ...(legalRepresentative === null ? {} : representative(legalRepresentative)),
    ...(residentId === '' ? {} : { document_type: '身份证', document_no: residentId }),
  };
}

function representative({ name, residentId }: Person): Record<string, string> {
  return { legal_representative_name: name, legal_representative_id_type: '身份证', legal_representative_id_no: residentId };
}

function agencies({ name, code }: { name: string; code: string }): Record<string, string> {
  return { authority: name, authority_code: code, source_agency: name, source_agency_code: code };
}
