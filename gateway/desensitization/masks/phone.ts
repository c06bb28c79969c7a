import { characters, HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/**
 * A mobile number as `138****1234`, a landline as its area code and last two digits, `0538-****67`. Anything else,
 * a foreign or a short number, is hidden whole.
 */
export function phoneMask(): Mask {
  return (text) => {
    const number = characters(text)
      .join('')
      .replace(/[\s()（）-]/g, '')
      .replace(/^(\+|00)86(?=\d)/, '');
    const mobile = MOBILE.exec(number);
    if (mobile) return `${mobile[1]}****${mobile[2]}`;
    const landline = LANDLINE.exec(number);
    return landline ? `${landline[1]}-****${landline[2]}` : HIDDEN;
  };
}

/** Three digits and the last four; the asterisks are those of a number already masked. */
const MOBILE = /^(1[3-9]\d)(?:\d{4}|\*{4})(\d{4})$/;
/** Area codes of Chinese cities (two digits after 0 for 010 and 02x, else three), then seven or eight digits. */
const LANDLINE = /^(010|02\d|0[3-9]\d{2})(?:\d{5,6}|\*{4})(\d{2})$/;
