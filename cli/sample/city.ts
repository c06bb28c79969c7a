import { CITY_DIVISION, usccOf } from './identity.ts';
import type { Random } from './random.ts';

export const CITY = '云汀市';

/** Districts with the streets that addresses name. */
const DISTRICTS = [
  { division: '999901', name: '青禾区', streets: ['稻香街', '云锦路', '望汀大道', '书院巷'] },
  { division: '999902', name: '临港区', streets: ['海潮路', '船坞街', '灯塔大道', '集装箱路'] },
  { division: '999903', name: '云溪县', streets: ['溪口镇建设路', '竹坞镇人民街', '石桥镇东大街'] },
  { division: '999904', name: '汀北区', streets: ['纺织路', '机车街', '铸钟巷', '北辰大道'] },
  { division: '999905', name: '高新区', streets: ['创新一路', '创新二路', '数据大道'] },
] as const;

/** An administrative agency: the name and code its decisions carry, and the character of its document numbers. */
export interface Agency {
  name: string;
  code: string;
  mark: string;
}

export const MARKET_REGULATION = agency('云汀市市场监督管理局', '00990001', '市监');
export const APPROVAL_BUREAU = agency('云汀市行政审批服务局', '00990002', '审');
export const ENVIRONMENT = agency('云汀市生态环境局', '00990003', '环');
export const EMERGENCY = agency('云汀市应急管理局', '00990004', '应急');
export const TRANSPORT = agency('云汀市交通运输局', '00990005', '交');
export const HEALTH = agency('云汀市卫生健康委员会', '00990006', '卫');
export const CONSTRUCTION = agency('云汀市住房和城乡建设局', '00990007', '建');
export const URBAN_MANAGEMENT = agency('云汀市城市管理局', '00990008', '城管');

/** An address in the city and the division it lies in. */
export function addressIn(random: Random): { address: string; division: string } {
  const { division, name, streets } = random.pick(DISTRICTS);
  const street = random.pick(streets);
  const room = random.chance(0.6) ? `${random.whole(1, 28)}层${random.whole(1, 12)}室` : '';
  return { address: `${CITY}${name}${street}${random.whole(1, 399)}号${room}`, division };
}

function agency(name: string, body: string, mark: string): Agency {
  return { name, code: usccOf('11', CITY_DIVISION, body), mark };
}
