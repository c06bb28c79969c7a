import type { Db } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { loadSampleCity } from '../../cli/city/sample-city.ts';
import { type SearchPlace, searchCursors } from '../../subgraphs/registry/search-cursor.ts';
import type { SubjectHandle } from './random-operation.ts';

/** An account's number with other digits, in its bills as in the account: the sample's are mostly zeros. */
const ACCOUNT_NO = `translate(t.account_no, '0123456789', '7391826405')`;

/**
 * What is changed after the import, so that no two values of the city are alike: table → column → SQL that makes row `n`'s value.
 * Whole numbers are beyond any position of the log, which every receipt tells, and have no run of zeros, as sums of seconds do.
 */
const UNIQUE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'registry.subject': {
    legal_representative_name: name('7'),
    employees: '738264195 + n',
    contact_phone: phone('1'),
    email: `'canary' || n || 'r@example.cn'`,
    registered_address: address('甲'),
    operating_address: address('乙'),
    registered_capital_fen: amount(1),
  },
  'registry.officer': {
    share_percent: '(n % 9000) / 100.0',
    phone: phone('2'),
    address: address('丙'),
    household_no: `'88' || lpad(n::text, 8, '0')`,
  },
  'licensing.license': {
    legal_representative_name: name('6'),
    legal_representative_id_no: idNumber('3'),
    remark: `'canary-remark-l' || n`,
    content: `'canary-content-' || n`,
  },
  'penalties.penalty': {
    legal_representative_name: name('5'),
    legal_representative_id_no: idNumber('4'),
    remark: `'canary-remark-p' || n`,
    facts: `'canary-facts-' || n`,
    content: `'canary-penalty-' || n`,
    fine_fen: amount(2),
    confiscated_fen: amount(3),
    case_handlers: `array['韩' || '${'承办'}' || n]`,
  },
  'tax.arrears': { amount_fen: amount(4) },
  'tax.payment': { amount_fen: amount(5) },
  'tax.declared_sales': { amount_fen: amount(6) },
  'social_security.contribution': { due_fen: amount(7), paid_fen: amount(8), insured_count: '846173529 + n' },
  'utilities.account': { account_no: ACCOUNT_NO, address: address('丁'), bank_account_no: `'6222' || lpad(n::text, 12, '0')` },
  'utilities.bill': { account_no: ACCOUNT_NO, amount_fen: amount(9), late_fee_fen: amount(10), usage: '50000 + n / 1000.0' },
};

/** A sample has few penalties: here every subject gets two more, one of them past its publicity. */
const PENALTIES_FOR_ALL = `
  insert into penalties.penalty
  select (jsonb_populate_record(p, jsonb_build_object(
    'subject_id', s.subject_id, 'decision_document_no', 'leak-' || s.subject_id || '-' || which,
    'publicity_end_date', case which when 1 then '2026-03-31' else '2027-12-31' end))).*
  from registry.subject s cross join generate_series(1, 2) as which
  cross join penalties.penalty p
  where p.ctid = (select ctid from penalties.penalty where status = 'NORMAL' and fine_fen is not null order by decision_date desc limit 1)`;

/** A city whose non-public values are canaries: each occurs once. */
export interface CanaryCity {
  /** Ways to look its subjects up. */
  handles: readonly SubjectHandle[];
  /** Organisations and sole proprietors that may hold a token of their own. */
  subjectCodes: readonly string[];
}

/** Fills the database with the sample city and its hard cases by the real import, then makes its values unique. */
export async function loadCanaryCity(
  db: Db,
  options: { subjectKey: string; clock: Clock; baseDate: string },
): Promise<CanaryCity> {
  await loadSampleCity(db, { subjects: 90, seed: 7, ...options });
  await db.query(PENALTIES_FOR_ALL);
  for (const [table, columns] of Object.entries(UNIQUE)) {
    const set = Object.entries(columns).map(
      ([column, value]) => `${column} = case when t.${column} is null then null else ${value} end`,
    );
    await db.query(
      `update ${table} t set ${set.join(', ')} from (select ctid as place, row_number() over (order by ctid) as n from ${table}) numbered where t.ctid = numbered.place`,
    );
  }
  return readHandles(db, options.subjectKey);
}

async function readHandles(db: Db, key: string): Promise<CanaryCity> {
  const { rows: subjects } = await db.query<{ id: string; code: string; number: string | null; name: string; nameKey: string }>(
    `select subject_id as id, unified_social_credit_code as code, business_registration_no as number, name, name_key as "nameKey"
     from registry.subject order by subject_id`,
  );
  const { rows: persons } = await db.query<{ number: string; name: string }>(
    `select distinct id_document_no as number, name from registry.officer where person_id is not null order by 1 limit 20`,
  );
  const handles = subjects.flatMap(({ id, code, number, name: nameText, nameKey }) => {
    const nameFragment = [...nameText].slice(2, 5).join('');
    const ways: Record<string, string>[] = [{ unifiedSocialCreditCode: code }, { unifiedSocialCreditCode: code }, { id }];
    if (number !== null) ways.push({ businessRegistrationNo: number });
    const cursors = cursorsOf({ id, nameKey }, nameFragment, key);
    return ways.map((by) => ({ by, nameFragment, cursors }));
  });
  const people = persons.map(({ number, name: nameText }) => ({
    by: { residentIdNumber: number },
    nameFragment: nameText,
    cursors: cursorsOf(subjects[0] ?? { id: '', nameKey: '' }, nameText, key),
  }));
  return { handles: [...handles, ...people], subjectCodes: subjects.map(({ code }) => code) };
}

function cursorsOf(place: SearchPlace, name: string, key: string): string[] {
  return ['organizations', 'wholeNames', 'parts'].map((reach) => searchCursors({ key, reach, name }).seal(place));
}

function amount(column: number): string {
  return `${column}00000000017 + n * 1009`;
}

function phone(series: string): string {
  return `'13${series}' || lpad(n::text, 8, '0')`;
}

function name(mark: string): string {
  return `'韩' || chr(20000 + ${mark} * 400 + (n % 400)::int) || '金雀' || n`;
}

function address(mark: string): string {
  return `'云汀市青禾区${mark}字路' || n || '号院'`;
}

function idNumber(series: string): string {
  return `'99999919${series}' || lpad(n::text, 9, '0')`;
}
