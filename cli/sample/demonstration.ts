import { documentNo, inWan, NO_END } from './acts.ts';
import { APPROVAL_BUREAU, EMERGENCY, HEALTH, MARKET_REGULATION } from './city.ts';
import { addDays, addYears, dayOfNextMonth } from './dates.ts';
import { fixedPerson, fixedUscc } from './fixed.ts';
import type { Licence, Penalty, Registration, SubjectRecords } from './records.ts';
import { money, monthsBefore } from './standing.ts';
import { partyOf } from './subject.ts';

/** 云汀市青禾餐饮管理有限公司: the same code in every city, whatever the seed, so that documents can name it. */
export const DEMONSTRATION_USCC = fixedUscc(1);
const NAME = '云汀市青禾餐饮管理有限公司';
/** Employees in the last months and what one of them costs in contributions, in yuan. */
const INSURED = 23;
const CONTRIBUTION_YUAN = 1_386.42;
const MONTHLY_TAX_YUAN = 18_640.55;

/**
 * The company of `npm run demo`: three licences, a visible fine, a repaired penalty, taxes paid and owed, social security,
 * water and power with an unpaid bill. All dates are told from `baseDate`, all else is fixed.
 */
export function demonstration(baseDate: string): SubjectRecords {
  const registration = registered(baseDate);
  return {
    registration,
    licences: licences(registration, baseDate),
    penalties: [visibleFine(registration, baseDate), repairedPenalty(registration, baseDate)],
    tax: taxes(baseDate),
    contributions: monthsBefore(baseDate).map((month) => {
      const due = money(INSURED * CONTRIBUTION_YUAN);
      return { uscc: DEMONSTRATION_USCC, month, insured: String(INSURED), due, paid: due };
    }),
    accounts: [
      account('电', '2000000001', { usage: 8_420.5, price: 0.78, unpaid: 0 }, baseDate),
      account('水', '1000000001', { usage: 212.4, price: 4.1, unpaid: 1 }, baseDate),
    ],
  };
}

function registered(baseDate: string): Registration {
  const head = fixedPerson(1);
  const partner = fixedPerson(2);
  const contact = {
    since: addYears(baseDate, -10),
    phone: '16099990001',
    address: '云汀市青禾区书院巷7号2层201室',
    householdNo: '10203040',
  };
  return {
    uscc: DEMONSTRATION_USCC,
    name: NAME,
    oldNumber: '',
    typeCode: '1130',
    typeName: '有限责任公司（自然人投资或控股）',
    status: '存续',
    capitalWan: '500',
    establishedOn: addYears(baseDate, -10),
    approvedOn: addYears(baseDate, -2),
    scope: '餐饮服务；食品销售；餐饮管理',
    address: '云汀市青禾区云锦路18号',
    operatingAddress: '云汀市青禾区云锦路18号',
    division: '999901',
    industryCode: '6210',
    employees: String(INSURED + 3),
    phone: '16099990000',
    email: 'office@qinghe.example.cn',
    legalRepresentative: head,
    officers: [
      { ...head, ...contact, role: '法定代表人', share: '' },
      { ...head, ...contact, role: '股东', share: '70.00' },
      { ...partner, ...contact, phone: '16099990002', householdNo: '', role: '股东', share: '30.00' },
    ],
    previousNames: ['云汀市青禾小厨餐饮有限公司'],
    successor: null,
  };
}

function licences(firm: Registration, baseDate: string): Licence[] {
  const made = [
    { certificate: '食品经营许可证', category: '登记', agency: APPROVAL_BUREAU, years: -2, lasts: 5 },
    { certificate: '公共场所卫生许可证', category: '普通', agency: HEALTH, years: -1, lasts: 4 },
    { certificate: '营业执照', category: '登记', agency: MARKET_REGULATION, years: -3, lasts: 0 },
  ] as const;
  return made.map(({ certificate, category, agency, years, lasts }, place) => {
    const decidedOn = addYears(baseDate, years);
    const number = `D00000${place + 1}`;
    return {
      party: partyOf(firm),
      documentNo: documentNo(agency, '许', decidedOn, number),
      category,
      certificate,
      licenceNo: `YT${number}`,
      content: `准予从事${certificate}载明的经营活动`,
      decidedOn,
      validTo: lasts === 0 ? NO_END : addYears(decidedOn, lasts),
      isValid: true,
      agency,
    };
  });
}

/** Business suspended and a fine: serious, so published for three years. */
function visibleFine(firm: Registration, baseDate: string): Penalty {
  const decidedOn = addDays(baseDate, -135);
  return {
    ...decision(firm, decidedOn),
    agency: MARKET_REGULATION,
    documentNo: documentNo(MARKET_REGULATION, '罚', decidedOn, 'D000011'),
    violation: '食品安全',
    facts: '经营超过保质期的食品，货值金额一万八千元',
    basis: '《中华人民共和国食品安全法》第一百二十四条',
    categories: '罚款;责令停产停业',
    content: '罚款120000元；责令停产停业七日',
    fineWan: inWan(120_000),
    validTo: addYears(decidedOn, 3),
    publicityEnd: addYears(decidedOn, 3),
  };
}

function repairedPenalty(firm: Registration, baseDate: string): Penalty {
  const decidedOn = addDays(baseDate, -500);
  return {
    ...decision(firm, decidedOn),
    agency: EMERGENCY,
    documentNo: documentNo(EMERGENCY, '罚', decidedOn, 'D000012'),
    violation: '安全生产',
    facts: '未对从业人员进行安全生产教育和培训',
    basis: '《中华人民共和国安全生产法》第九十七条',
    categories: '罚款',
    content: '罚款20000元',
    fineWan: inWan(20_000),
    validTo: addYears(decidedOn, 1),
    publicityEnd: addYears(decidedOn, 1),
    repairedOn: addDays(decidedOn, 190),
  };
}

function decision(firm: Registration, decidedOn: string) {
  return {
    party: partyOf(firm),
    decidedOn,
    confiscatedWan: '',
    revokedCertificate: '',
    isSimple: false,
    handlers: '韩立新、吴晓燕',
    repairedOn: '',
    withdrawnOn: '',
    withdrawalReason: '',
  };
}

function taxes(baseDate: string): SubjectRecords['tax'] {
  const year = Number(baseDate.slice(0, 4));
  return {
    uscc: DEMONSTRATION_USCC,
    abnormalSince: '',
    refundAccountNo: '9999000000000000018',
    grades: [
      { year: String(year - 1), grade: 'B' },
      { year: String(year - 2), grade: 'A' },
      { year: String(year - 3), grade: 'A' },
    ],
    arrears: [{ taxType: '增值税', amount: '37281.10', since: addDays(baseDate, -77) }],
    payments: monthsBefore(baseDate).map((month, ago) => {
      return {
        month,
        taxType: '增值税',
        amount: money(MONTHLY_TAX_YUAN - ago * 315.2),
        paidOn: dayOfNextMonth(month, 12, baseDate),
      };
    }),
    sales: [
      { year: String(year - 1), amount: '7461220.00' },
      { year: String(year - 2), amount: '6890415.50' },
    ],
  };
}

function account(
  kind: '水' | '电',
  accountNo: string,
  { usage, price, unpaid }: { usage: number; price: number; unpaid: number },
  baseDate: string,
): SubjectRecords['accounts'][number] {
  const bills = monthsBefore(baseDate).map((month, ago) => {
    const used = usage * (1 - ago / 100);
    const isOpen = ago < unpaid;
    const late = isOpen
      ? { arrearsPeriods: String(unpaid - ago), lateFee: '8.71', paidOn: '' }
      : { arrearsPeriods: '0', lateFee: '0.00', paidOn: dayOfNextMonth(month, 9, baseDate) };
    return { month, usage: used.toFixed(3), amount: money(used * price), ...late };
  });
  return {
    uscc: DEMONSTRATION_USCC,
    kind,
    accountNo,
    address: '云汀市青禾区云锦路18号',
    bankAccountNo: '9999000000000000026',
    bills,
  };
}
