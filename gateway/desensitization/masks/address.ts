import { characters, HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/** A postal address down to its district or county, `云汀市东湖区****`; one that names none is hidden whole. */
export function addressMask(): Mask {
  return (text) => (DIVISIONS.exec(characters(text).join(''))?.[0] ?? '') + HIDDEN;
}

/** Estates, sites and shops whose names end like a division's; of an estate's parts (阳光花园北区) no district has a name so long. */
const PLACE =
  '(?:小|社|园|厂|校|院|景|住宅|生活|家属|工业)区|(?:超|菜|夜)市|(?:(?![市州盟县区旗])\\p{Script=Han}){2}[东西南北中]区';
/** What makes a street or a market of a division's name (红旗路, 东市街, 农贸市场), and not the town below it (街子镇, 道口镇). */
const STREET = '大?街(?![子口])|[场口]';
const STREET_OR_ROAD = `大?[路巷弄]|大?道(?!口)|${STREET}`;

/** Up to so many Han characters before a division's suffix; streets and villages begin none but by their first character (路桥区). */
function name(most: number, below: string): string {
  return `(?!${PLACE})\\p{Script=Han}(?:(?!${PLACE}|[${below}])\\p{Script=Han}){0,${most - 1}}?`;
}

/**
 * Province, city, county, at the head and in this order, each of few Han characters: no digit, so that no street or
 * house number can pass for a division.
 */
const DIVISIONS = new RegExp(
  `^(?:${name(7, '路街巷弄村镇乡')}(?:省|自治区|特别行政区))?(?:${name(8, '路街巷弄村乡')}(?:市(?!${STREET})|自治州|地区|盟))?(?:${name(8, '路街巷弄村镇乡')}(?:区|[县旗市](?!${STREET_OR_ROAD})))?`,
  'u',
);
