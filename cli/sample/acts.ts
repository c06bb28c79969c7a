import type { Agency } from './city.ts';
import {
  APPROVAL_BUREAU,
  CONSTRUCTION,
  EMERGENCY,
  ENVIRONMENT,
  HEALTH,
  MARKET_REGULATION,
  TRANSPORT,
  URBAN_MANAGEMENT,
} from './city.ts';
import { addDays, addYears } from './dates.ts';
import { personName } from './names.ts';
import type { Random } from './random.ts';
import type { Licence, Party, Penalty } from './records.ts';

/** 2099/12/31 in the national layout: no end. */
export const NO_END = '2099-12-31';

const CERTIFICATES = [
  ['食品经营许可证', APPROVAL_BUREAU],
  ['排污许可证', ENVIRONMENT],
  ['建筑业企业资质证书', CONSTRUCTION],
  ['道路运输经营许可证', TRANSPORT],
  ['公共场所卫生许可证', HEALTH],
  ['危险化学品经营许可证', EMERGENCY],
  ['营业执照', MARKET_REGULATION],
] as const;

const LICENCE_CATEGORIES = [
  ['登记', 55],
  ['普通', 30],
  ['核准', 8],
  ['认可', 5],
  ['特许', 1],
  ['其他-备案', 1],
] as const;

const VIOLATIONS = [
  {
    agency: MARKET_REGULATION,
    violation: '食品安全',
    facts: '经营超过保质期的食品',
    basis: '《中华人民共和国食品安全法》第一百二十四条',
  },
  {
    agency: ENVIRONMENT,
    violation: '水污染',
    facts: '未按规定运行污染防治设施',
    basis: '《中华人民共和国水污染防治法》第八十三条',
  },
  {
    agency: EMERGENCY,
    violation: '安全生产',
    facts: '未对从业人员进行安全生产教育和培训',
    basis: '《中华人民共和国安全生产法》第九十七条',
  },
  {
    agency: TRANSPORT,
    violation: '道路运输',
    facts: '使用无道路运输证的车辆参加货物运输',
    basis: '《道路货物运输及站场管理规定》第五十八条',
  },
  {
    agency: HEALTH,
    violation: '公共卫生',
    facts: '安排未获得有效健康合格证明的从业人员上岗',
    basis: '《公共场所卫生管理条例》第十四条',
  },
  { agency: URBAN_MANAGEMENT, violation: '市容环境', facts: '擅自占用城市道路堆放物料', basis: '《城市道路管理条例》第四十二条' },
] as const;

const SANCTIONS = [
  ['罚款', 58],
  ['罚款;没收违法所得、没收非法财物', 12],
  ['警告', 25],
  ['通报批评', 3],
  ['责令停产停业', 1],
  ['吊销许可证件', 1],
] as const;

/** ln of the 99 % quantile over the median (50 万元 to 0.5), over the normal 99 % quantile. */
const FINE_SIGMA = Math.log(100) / 2.326;
/** 当场处罚 is for fines of at most 3,000 yuan on organisations (行政处罚法 51). */
const SIMPLE_MAX_YUAN = 3_000;

/** A licence decided on the day; `number` is unique among the city's documents. */
export function licenceOf(party: Party, random: Random, { decidedOn, number }: { decidedOn: string; number: string }): Licence {
  const [certificate, agency] = random.pick(CERTIFICATES);
  const isEndless = random.chance(0.15);
  return {
    party,
    documentNo: documentNo(agency, '许', decidedOn, number),
    category: random.weighted(LICENCE_CATEGORIES),
    certificate,
    licenceNo: `YT${decidedOn.slice(0, 4)}${number}`,
    content: `准予从事${certificate.replace(/许可证|证书|执照/, '')}范围内的经营活动`,
    decidedOn,
    validTo: isEndless ? NO_END : addYears(decidedOn, random.pick([3, 5, 5])),
    isValid: true,
    agency,
  };
}

/** A penalty decided on the day; serious sanctions are published for three years. */
export function penaltyOf(party: Party, random: Random, { decidedOn, number }: { decidedOn: string; number: string }): Penalty {
  const { agency, violation, facts, basis } = random.pick(VIOLATIONS);
  const categories = random.weighted(SANCTIONS);
  const isSimple = /^(警告|罚款)$/.test(categories) && random.chance(0.35);
  const fine = Math.max(100, Math.round(random.logNormal(5_000, FINE_SIGMA) / 100) * 100);
  const fineYuan = categories.startsWith('罚款') ? (isSimple ? Math.min(fine, SIMPLE_MAX_YUAN) : fine) : 0;
  const confiscatedYuan = categories.includes('没收') ? random.whole(1, 400) * 50 : 0;
  const isSerious = /责令停产停业|吊销/.test(categories);
  return {
    party,
    documentNo: documentNo(agency, '罚', decidedOn, number),
    violation,
    facts,
    basis,
    categories,
    content: contentOf(categories, fineYuan),
    fineWan: fineYuan > 0 ? inWan(fineYuan) : '',
    confiscatedWan: confiscatedYuan > 0 ? inWan(confiscatedYuan) : '',
    revokedCertificate: categories.includes('吊销') ? `食品经营许可证 YT${number}` : '',
    decidedOn,
    validTo: addYears(decidedOn, isSerious ? 3 : 1),
    publicityEnd: random.chance(0.3) ? addYears(decidedOn, isSerious ? 3 : 1) : '',
    isSimple,
    handlers: `${personName(random, true)}、${personName(random, false)}`,
    repairedOn: '',
    withdrawnOn: '',
    withdrawalReason: '',
    agency,
  };
}

/** What became of a penalty by the base date: one in five applied for repair, most with success; a few are withdrawn. */
export function withOutcome(penalty: Penalty, random: Random, baseDate: string): Penalty {
  const on = addDays(penalty.decidedOn, random.whole(100, 300));
  const isRepaired = random.chance(0.2 * 0.85);
  if (on > baseDate) return penalty;
  if (isRepaired) return { ...penalty, repairedOn: on };
  return random.chance(0.005) ? { ...penalty, withdrawnOn: on, withdrawalReason: '行政复议决定撤销' } : penalty;
}

/** Yuan in 万元 with six decimals, exactly. */
export function inWan(yuan: number): string {
  return `${Math.floor(yuan / 10_000)}.${String((yuan % 10_000) * 100).padStart(6, '0')}`;
}

/** 文书号, in the form departments use: 云市监罚〔2024〕第000123号. */
export function documentNo(agency: Agency, kind: string, decidedOn: string, number: string): string {
  return `云${agency.mark}${kind}〔${decidedOn.slice(0, 4)}〕第${number}号`;
}

function contentOf(categories: string, fineYuan: number): string {
  return categories
    .split(';')
    .map((category) => (category === '罚款' ? `罚款${fineYuan}元` : category))
    .join('；');
}
