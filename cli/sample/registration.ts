import { addressIn, CITY } from './city.ts';
import { addDays } from './dates.ts';
import { bodyOf, CITY_DIVISION, identityOf, oldNumberOf, usccOf, withWrongInnerDigit } from './identity.ts';
import { INDUSTRIES, personName, tradeName } from './names.ts';
import { Random } from './random.ts';
import type { OfficerRecord, Person, Registration } from './records.ts';

/** 注册资本（万元）: quantiles of 1.1 million public rows of 1997–2004. */
const CAPITAL_WAN = [
  [0.01, 3],
  [0.05, 10],
  [0.25, 50],
  [0.5, 188],
  [0.75, 1_000],
  [0.9, 3_000],
  [0.95, 6_250],
  [0.99, 39_000],
] as const;

/** 企业类型: code, name, weight, how a name of it ends. Shares are estimates for a demonstration. */
const TYPES = [
  [{ code: '1130', name: '有限责任公司（自然人投资或控股）', suffix: '有限公司' }, 60],
  [{ code: '1151', name: '有限责任公司（自然人独资）', suffix: '有限公司' }, 18],
  [{ code: '1219', name: '股份有限公司（非上市）', suffix: '股份有限公司' }, 2],
  [{ code: '2130', name: '有限责任公司分公司', suffix: '有限公司云汀分公司' }, 8],
  [{ code: '4540', name: '个人独资企业', suffix: '厂' }, 3],
  [{ code: '4530', name: '合伙企业', suffix: '中心（有限合伙）' }, 2],
  [{ code: '1110', name: '有限责任公司（国有独资）', suffix: '有限公司' }, 3],
  [{ code: '6150', name: '有限责任公司（外商投资）', suffix: '有限公司' }, 4],
] as const;

const CATEGORIES = [
  ['91', 63],
  ['92', 34],
  ['93', 1],
  ['52', 0.7],
  ['51', 0.5],
  ['12', 0.6],
  ['81', 0.2],
] as const;

const STATUSES = [
  ['存续', 88],
  ['吊销', 5],
  ['注销', 6],
  ['迁出', 0.5],
  ['歇业', 0.5],
] as const;

/** One person heads 1.3 firms on average, so that some appear twice. */
const SHARED_HEAD = 1 - 1 / 1.3;
const OLD_NUMBERS = 0.15;
const HOUSEHOLD_KNOWN = 0.1;
const WRONG_INNER_DIGITS = 0.0001;

/** The people of the city by number: always the same person for the same seed. */
export function personOf(seed: string, number: number): Person {
  const { residentId, birthDate, isMan } = identityOf(number);
  return { name: personName(new Random(`${seed}/person/${number}`), isMan), residentId, birthDate, isMan };
}

/** The n-th subject of the city as the registry knows it on `baseDate`. */
export function registrationOf(seed: string, index: number, baseDate: string): Registration {
  const random = new Random(`${seed}/registration/${index}`);
  const category = random.weighted(CATEGORIES);
  const industry = random.pick(INDUSTRIES);
  const headNumber = 4 * (random.chance(SHARED_HEAD) ? random.whole(0, index) : index);
  const head = personOf(seed, headNumber);
  const { address, division } = addressIn(random);
  const uscc = usccOf(category, CITY_DIVISION, bodyOf(seed, index));
  const establishedOn = addDays(baseDate, -random.whole(60, 9_000));
  const type = typeOf(category, random);
  return {
    uscc: random.chance(WRONG_INNER_DIGITS) ? withWrongInnerDigit(uscc) : uscc,
    name: nameOf(category, random, { suffix: type.suffix, firm: industry.firm, shop: industry.shop, head: head.name }),
    oldNumber: establishedOn < '2015-10-01' && random.chance(OLD_NUMBERS) ? oldNumberOf(index, category === '92') : '',
    typeCode: type.code,
    typeName: type.name,
    status: random.weighted(STATUSES),
    capitalWan: capitalWan(category, random, industry.capital),
    establishedOn,
    approvedOn: addDays(establishedOn, random.whole(0, Math.min(1_500, daysBetween(establishedOn, baseDate)))),
    scope: industry.scope,
    address,
    operatingAddress: random.chance(0.85) ? address : addressIn(random).address,
    division,
    industryCode: industry.code,
    employees: String(Math.max(1, Math.round(random.logNormal(category === '92' ? 2 : 8, 1.1)))),
    phone: mobile(random),
    email: `${uscc.slice(10, 17).toLowerCase()}@example.cn`,
    legalRepresentative: head,
    officers: officersOf(category, random, { seed, index, head, establishedOn }),
    previousNames: [],
    successor: null,
  };
}

function typeOf(category: string, random: Random): { code: string; name: string; suffix: string } {
  if (category === '91') return random.weighted(TYPES);
  if (category === '92') return { code: '9500', name: '个体工商户', suffix: '' };
  if (category === '93') return { code: '9100', name: '农民专业合作社', suffix: '专业合作社' };
  const names: Record<string, string> = { '51': '协会', '52': '服务中心', '12': '事务中心', '81': '工会委员会' };
  const name = names[category] ?? '';
  return { code: '', name: '', suffix: name };
}

function nameOf(category: string, random: Random, parts: { suffix: string; firm: string; shop: string; head: string }): string {
  const trade = tradeName(random);
  if (category === '92') return `${CITY}${random.chance(0.3) ? parts.head : trade}${parts.shop}`;
  return `${CITY}${trade}${parts.firm}${parts.suffix}`;
}

function capitalWan(category: string, random: Random, factor: number): string {
  if (!category.startsWith('9')) return '';
  const wan = category === '92' ? random.logNormal(5, 1) : random.quantile(CAPITAL_WAN) * factor;
  return String(Math.max(1, Math.round(wan)));
}

function officersOf(
  category: string,
  random: Random,
  firm: { seed: string; index: number; head: Person; establishedOn: string },
): OfficerRecord[] {
  const contact = () => {
    const householdNo = random.chance(HOUSEHOLD_KNOWN) ? String(random.whole(10_000_000, 99_999_999)) : '';
    return { since: firm.establishedOn, phone: mobile(random), address: addressIn(random).address, householdNo };
  };
  const head = { ...firm.head, ...contact(), role: category === '92' ? '主要负责人' : '法定代表人' } as const;
  if (category !== '91') return [{ ...head, share: '' }];
  const share = random.whole(34, 100);
  const others = [1, 2].slice(0, share === 100 ? 0 : random.whole(1, 2)).map((place): OfficerRecord => {
    const person = personOf(firm.seed, 4 * firm.index + place);
    const role = place === 1 ? '股东' : '监事';
    return { ...person, ...contact(), role, share: place === 1 ? `${100 - share}.00` : '' };
  });
  return [{ ...head, share: '' }, { ...head, role: '股东', share: `${share}.00` }, ...others];
}

function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000));
}

/** A mobile number in 160, a block that no operator has been given. */
function mobile(random: Random): string {
  return `1609999${String(random.whole(0, 9_999)).padStart(4, '0')}`;
}
