import type { Mask } from '../mask.ts';

/**
 * The interval a decimal lies in, `[100000,500000)`; `(,0)` below the lowest bound, `[5000000,)` from the highest.
 * Exact on decimal text of any length. What is no number becomes `(,)`, which tells nothing.
 */
export function bandsMask(bounds: readonly string[]): Mask {
  const bands = ['', ...bounds].map((from, index) => `${from === '' ? '(' : '['}${from},${bounds[index] ?? ''})`);
  const parsed = bounds.map(parseDecimal);
  const numbers = bounds.every((bound) => SHORT.test(bound)) ? bounds.map(Number) : undefined;
  return (text) => {
    if (numbers !== undefined && SHORT.test(text)) return bands[countAtMost(numbers, Number(text))] ?? UNKNOWN_BAND;
    if (bands.includes(text)) return text;
    const value = parseDecimal(text);
    if (value === undefined) return UNKNOWN_BAND;
    return bands[parsed.filter((bound) => bound !== undefined && compareDecimals(bound, value) <= 0).length] ?? UNKNOWN_BAND;
  };
}

const UNKNOWN_BAND = '(,)';
/** Up to 15 digits: no two decimals of so few are the same floating-point number, nor in another order as such (IEEE 754). */
const SHORT = /^-?\d{1,11}(?:\.\d{1,4})?$/;

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
