import { characters, HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/** A postal address down to its district or county, `云汀市东湖区****`; one that names none is hidden whole. */
export function addressMask(): Mask {
  return (text) => (DIVISIONS.exec(characters(text).join(''))?.[0] ?? '') + HIDDEN;
}

/**
 * Province, city, county, at the head and in this order, each of few Han characters: no digit, so that no street or
 * house number can pass for a division.
 */
const DIVISIONS =
  /^(?:\p{Script=Han}{2,7}?(?:省|自治区|特别行政区))?(?:\p{Script=Han}{2,8}?(?:市|自治州|地区|盟))?(?:\p{Script=Han}{1,8}?(?:区|县|旗|市))?/u;
