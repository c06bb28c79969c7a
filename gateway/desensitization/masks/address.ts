import { characters, HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/** A postal address down to its district or county, `云汀市东湖区****`; one that names none is hidden whole. */
export function addressMask(): Mask {
  return (text) => (DIVISIONS.exec(characters(text).join(''))?.[0] ?? '') + HIDDEN;
}

/** Estates, sites and shops whose names end like a division's. */
const PLACE = '(?:小|社|园|厂|校|院|景|住宅|生活|家属|工业)区|(?:超|菜|夜)市';

/** Up to so many Han characters before a division's suffix; streets and villages begin none but by their first character (路桥区). */
function name(most: number, below: string): string {
  return `(?!${PLACE})\\p{Script=Han}(?:(?!${PLACE}|[${below}])\\p{Script=Han}){0,${most - 1}}?`;
}

/**
 * Province, city, county, at the head and in this order, each of few Han characters: no digit, so that no street or
 * house number can pass for a division.
 */
const DIVISIONS = new RegExp(
  `^(?:${name(7, '路街巷弄村镇乡')}(?:省|自治区|特别行政区))?(?:${name(8, '路街巷弄村乡')}(?:市|自治州|地区|盟))?(?:${name(8, '路街巷弄村镇乡')}(?:区|县|旗|市))?`,
  'u',
);
