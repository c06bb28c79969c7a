import type { Mask } from '../mask.ts';

/**
 * The interval a decimal lies in, `[100000,500000)`; `(,0)` below the lowest bound, `[5000000,)` from the highest.
 * Exact on decimal text of any length. What is no number becomes `(,)`, which tells nothing.
 */
export function bandsMask(bounds: readonly string[]): Mask {
  const bands = ['', ...bounds].map((from, index) => `${from === '' ? '(' : '['}${from},${bounds[index] ?? ''})`);
  const parsed = bounds.map(parseDecimal);
  const numbers = bounds.map(shortNumber);
  const areShort = numbers.every((number) => !Number.isNaN(number));
  return (text) => {
    const number = areShort ? shortNumber(text) : Number.NaN;
    if (!Number.isNaN(number)) return bands[countAtMost(numbers, number)] ?? UNKNOWN_BAND;
    if (bands.includes(text)) return text;
    const value = parseDecimal(text);
    if (value === undefined) return UNKNOWN_BAND;
    return bands[parsed.filter((bound) => bound !== undefined && compareDecimals(bound, value) <= 0).length] ?? UNKNOWN_BAND;
  };
}

const UNKNOWN_BAND = '(,)';
/** No two decimals of so few digits are the same floating-point number, nor in another order as such (IEEE 754). */
const MOST_DIGITS = 15;
const [MINUS, POINT, ZERO, NINE] = ['-', '.', '0', '9'].map((character) => character.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];

/**
 * The number that a decimal of few digits says; NaN for any other text. Both the digits and the power of ten are exact, so that
 * their quotient is the number nearest to the decimal, as `Number` has it.
 */
function shortNumber(text: string): number {
  const sign = text.charCodeAt(0) === MINUS ? -1 : 1;
  const from = sign < 0 ? 1 : 0;
  let digits = 0;
  let power = 1;
  let point = -1;
  if (text.length - from > MOST_DIGITS) return Number.NaN;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      digits = digits * 10 + (code - ZERO);
      if (point >= 0) power *= 10;
    } else if (code === POINT && point < 0 && at > from) point = at;
    else return Number.NaN;
  }
  const isWhole = point < 0 ? text.length > from : point < text.length - 1;
  return isWhole ? (sign * digits) / power : Number.NaN;
}

function countAtMost(bounds: readonly number[], value: number): number {
  let count = 0;
  for (const bound of bounds) if (bound <= value) count += 1;
  return count;
}

interface Decimal {
  negative: boolean;
  /** Without leading zeros. */
  whole: string;
  /** Without trailing zeros. */
  fraction: string;
}

function parseDecimal(text: string): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const whole = (match[2] ?? '').replace(/^0+/, '');
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  return { negative: match[1] === '-' && whole + fraction !== '', whole, fraction };
}

function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const order = a.whole.length - b.whole.length || compareText(a.whole, b.whole) || compareText(a.fraction, b.fraction);
  return a.negative ? -order : order;
}

/** Digits after the point compare as text once trailing zeros are gone, as do whole parts of one length. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
