import type { Random, Weighted } from './random.ts';

// biome-ignore format: a table reads better in rows
const SURNAMES: Weighted<string> = [
  ['王', 72], ['李', 70], ['张', 66], ['刘', 52], ['陈', 45], ['杨', 31], ['赵', 26], ['黄', 22], ['周', 20], ['吴', 20],
  ['徐', 16], ['孙', 15], ['胡', 13], ['朱', 12], ['高', 12], ['林', 11], ['何', 11], ['郭', 11], ['马', 10], ['罗', 9],
  ['韩', 7], ['卫', 3], ['令狐', 1], ['欧阳', 2], ['司马', 1], ['上官', 1], ['诸葛', 1], ['尉迟', 1], ['仉', 1], ['逄', 1],
];
const MEN: Weighted<string> = [
  ['伟', 9],
  ['勇', 8],
  ['军', 8],
  ['强', 7],
  ['磊', 7],
  ['建国', 5],
  ['志强', 5],
  ['海涛', 4],
  ['浩然', 3],
  ['明', 6],
  ['超', 5],
  ['宇轩', 2],
  ['国栋', 3],
  ['思远', 3],
  ['立新', 3],
  ['长河', 2],
  ['喆', 2],
  ['𣲘', 1],
  ['龘', 1],
  ['晟𬀩', 1],
];
const WOMEN: Weighted<string> = [
  ['芳', 9],
  ['娜', 8],
  ['敏', 8],
  ['静', 8],
  ['丽', 7],
  ['秀英', 5],
  ['桂兰', 4],
  ['雪梅', 4],
  ['晓燕', 4],
  ['霞', 6],
  ['婷', 5],
  ['雨桐', 2],
  ['若溪', 2],
  ['玉兰', 3],
  ['佳怡', 3],
  ['文静', 3],
  ['玥', 2],
  ['㛃', 1],
  ['瀞', 1],
  ['𬍛', 1],
];
const WORDS: Weighted<string> = [
  ['恒泰', 4],
  ['瑞丰', 4],
  ['启明', 4],
  ['金石', 3],
  ['青禾', 3],
  ['云溪', 3],
  ['华盛', 3],
  ['鑫源', 3],
  ['天成', 2],
  ['宏图', 3],
  ['远航', 2],
  ['嘉禾', 2],
  ['安澜', 2],
  ['德润', 2],
  ['万象', 2],
  ['同创', 2],
  ['博远', 2],
  ['汇川', 2],
  ['景行', 1],
  ['东篱', 1],
  ['松石', 1],
  ['明德', 2],
  ['和顺', 2],
  ['长青', 2],
  ['正阳', 2],
  ['新岸', 1],
  ['信达', 2],
  ['禾木', 1],
  ['喜鹊', 1],
  ['北辰', 1],
];

/** 行业: what a firm of it is called, its GB/T 4754 code, and what it may do. */
export const INDUSTRIES = [
  { firm: '信息科技', shop: '电脑经营部', code: '6513', scope: '软件开发；信息系统集成服务；技术咨询', capital: 1.2 },
  { firm: '新材料', shop: '建材店', code: '2651', scope: '新材料技术研发；化工产品销售（不含许可类）', capital: 2 },
  { firm: '建筑工程', shop: '装饰部', code: '4710', scope: '建设工程施工；建筑劳务分包', capital: 3 },
  { firm: '餐饮管理', shop: '餐馆', code: '6210', scope: '餐饮服务；食品销售', capital: 0.4 },
  { firm: '机械制造', shop: '五金店', code: '3489', scope: '机械设备制造；通用零部件销售', capital: 2 },
  { firm: '商贸', shop: '便利店', code: '5219', scope: '日用百货销售；食品互联网销售（仅预包装食品）', capital: 0.6 },
  { firm: '物流', shop: '货运部', code: '5431', scope: '道路货物运输；普通货物仓储服务', capital: 1 },
  { firm: '医药', shop: '诊所', code: '5251', scope: '药品零售；医疗器械经营', capital: 1.5 },
  { firm: '汽车服务', shop: '汽修部', code: '8111', scope: '机动车修理和维护；汽车零配件零售', capital: 0.7 },
  { firm: '环保科技', shop: '洗涤店', code: '7721', scope: '水污染治理；环境保护监测', capital: 1.4 },
  { firm: '农业发展', shop: '果蔬店', code: '0141', scope: '蔬菜种植；农产品的生产、销售、加工', capital: 0.8 },
  { firm: '教育咨询', shop: '文具店', code: '8399', scope: '教育咨询服务（不含涉许可审批的教育培训活动）', capital: 0.5 },
] as const;

/** A person's name for the sex; about one in fifty has a compound surname or a character outside the basic plane. */
export function personName(random: Random, isMan: boolean): string {
  return random.weighted(SURNAMES) + random.weighted(isMan ? MEN : WOMEN);
}

/** The distinctive part of a firm's name (字号). */
export function tradeName(random: Random): string {
  return random.weighted(WORDS) + random.weighted(WORDS);
}
