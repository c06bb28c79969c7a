import { addDays, addMonths, dayOfNextMonth } from './dates.ts';
import { Random } from './random.ts';
import type { Contribution, Registration, TaxRecords, UtilityAccount, UtilityBill } from './records.ts';

const GRADES = [
  ['A', 15],
  ['B', 50],
  ['M', 20],
  ['C', 10],
  ['D', 5],
] as const;
/** A month's contributions for one insured person, in yuan: five insurances on the demonstration's base. */
const CONTRIBUTION_YUAN = 1_386.42;
const MONTHS_A_YEAR = 12;

/** Price a unit, usual monthly use and bill of each utility. */
const UTILITIES = [
  [{ kind: '电', price: 0.78, use: 2_400, digit: '2' }, 5],
  [{ kind: '水', price: 4.1, use: 60, digit: '1' }, 4],
  [{ kind: '气', price: 3.6, use: 300, digit: '3' }, 2],
  [{ kind: '热', price: 41, use: 90, digit: '4' }, 1],
] as const;

/** The grade that also makes penalties and arrears more likely: the same for every department that asks. */
export function gradeOf(seed: string, index: number): string {
  return new Random(`${seed}/grade/${index}`).weighted(GRADES);
}

/** What the tax office knows: grades, sales and payments of the last years; two in a hundred owe, tenfold those graded D. */
export function taxOf(
  firm: Registration,
  random: Random,
  { grade, baseDate }: { grade: string; baseDate: string },
): TaxRecords | null {
  const isFirm = firm.uscc.startsWith('91');
  if (!isFirm && !random.chance(0.35)) return null;
  const year = Number(baseDate.slice(0, 4));
  const sales = random.logNormal(isFirm ? 3_200_000 : 380_000, 1.3);
  const owes = random.chance(grade === 'D' ? 0.2 : 0.02);
  return {
    uscc: firm.uscc,
    abnormalSince: random.chance(grade === 'D' ? 0.1 : 0.004) ? addDays(baseDate, -random.whole(30, 900)) : '',
    refundAccountNo: bankAccountNo(random),
    grades: isFirm
      ? [1, 2, 3].map((ago) => ({ year: String(year - ago), grade: ago === 1 ? grade : random.weighted(GRADES) }))
      : [],
    arrears: owes
      ? [{ taxType: '增值税', amount: money(random.logNormal(24_000, 1.4)), since: addDays(baseDate, -random.whole(40, 700)) }]
      : [],
    payments: payments(isFirm, sales, random, baseDate),
    sales: isFirm
      ? [1, 2].map((ago) => ({ year: String(year - ago), amount: money(sales * (0.8 + random.fraction() * 0.4)) }))
      : [],
  };
}

/** A year of social-security months; 85 % of firms are insured, two in a hundred stopped paying months ago. */
export function contributionsOf(
  firm: Registration,
  random: Random,
  { grade, baseDate }: { grade: string; baseDate: string },
): Contribution[] {
  if (!random.chance(firm.uscc.startsWith('91') ? 0.85 : 0.12)) return [];
  const unpaid = random.chance(grade === 'D' ? 0.2 : 0.02) ? random.whole(2, 6) : 0;
  const insured = Math.max(1, Math.round(random.logNormal(6, 1)));
  return monthsBefore(baseDate).map((month, ago) => {
    const persons = Math.max(1, insured + random.whole(-1, 1));
    const due = money(persons * CONTRIBUTION_YUAN);
    return { uscc: firm.uscc, month, insured: String(persons), due, paid: ago < unpaid ? '0.00' : due };
  });
}

/** Water, power, gas and heat: one or two accounts, a bill a month, overdue chains (0.94 stay good, 0.7 recover). */
export function accountsOf(
  firm: Registration,
  random: Random,
  { index, baseDate }: { index: number; baseDate: string },
): UtilityAccount[] {
  if (!random.chance(firm.uscc.startsWith('91') ? 0.6 : 0.2)) return [];
  const accounts = random.chance(0.25) ? 2 : 1;
  return Array.from({ length: accounts }, (_, place) => {
    const utility = random.weighted(UTILITIES);
    return {
      uscc: firm.uscc,
      kind: utility.kind,
      accountNo: `${utility.digit}${place}${String(index).padStart(8, '0')}`,
      address: firm.operatingAddress,
      bankAccountNo: random.chance(0.5) ? bankAccountNo(random) : '',
      bills: bills(utility, random, baseDate),
    };
  });
}

/** The last twelve months before the one of the date, newest first. */
export function monthsBefore(baseDate: string): string[] {
  return Array.from({ length: MONTHS_A_YEAR }, (_, ago) => addMonths(baseDate.slice(0, 7), -1 - ago));
}

/** Yuan with two decimals. */
export function money(yuan: number): string {
  return yuan.toFixed(2);
}

function payments(isFirm: boolean, sales: number, random: Random, baseDate: string): TaxRecords['payments'] {
  const quarters = monthsBefore(baseDate).filter((month) => Number(month.slice(5)) % 3 === 0);
  const rate = isFirm ? 0.03 : 0.01;
  return quarters.map((month) => {
    const amount = money((sales / 4) * rate * (0.7 + random.fraction() * 0.6));
    return { month, taxType: '增值税', amount, paidOn: dayOfNextMonth(month, random.whole(1, 15), baseDate) };
  });
}

function bills(utility: { price: number; use: number }, random: Random, baseDate: string): UtilityBill[] {
  const scale = random.logNormal(1, 0.8);
  let overdue = 0;
  const oldestFirst = monthsBefore(baseDate).reverse();
  const made = oldestFirst.map((month): UtilityBill => {
    const isLate = overdue > 0 ? !random.chance(0.7) : !random.chance(0.94);
    overdue = isLate ? overdue + 1 : 0;
    const usage = utility.use * scale * (0.7 + random.fraction() * 0.6);
    const amount = usage * utility.price;
    const paidOn = isLate ? '' : dayOfNextMonth(month, random.whole(3, 25), baseDate);
    return {
      month,
      usage: usage.toFixed(3),
      amount: money(amount),
      arrearsPeriods: String(overdue),
      lateFee: money(isLate ? amount * 0.003 * 30 : 0),
      paidOn,
    };
  });
  return made.map((bill, place) => settled(bill, made.slice(place + 1)));
}

/** A late bill is paid when a later month is: only an unbroken chain to the end is still open. */
function settled(bill: UtilityBill, later: readonly UtilityBill[]): UtilityBill {
  const next = later.find(({ paidOn }) => paidOn !== '');
  return bill.paidOn === '' && next !== undefined ? { ...bill, arrearsPeriods: '0', paidOn: next.paidOn } : bill;
}

/** Nineteen digits; no bank's numbers begin with 9999. */
function bankAccountNo(random: Random): string {
  return `9999${Array.from({ length: 15 }, () => random.whole(0, 9)).join('')}`;
}
