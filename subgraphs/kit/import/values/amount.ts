import type { Parsed } from './date.ts';

/** Fen (分) in one unit of the column, as a power of ten: 万元 = 10^6, 元 = 10^2. */
const FEN_DIGITS = { wan: 6, yuan: 2 } as const;
const DECIMAL = /^(-?)(\d+)(?:\.(\d*))?$/;
const GROUPED = /^-?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
/** PostgreSQL's bigint holds 18 digits and a little more. */
const MAX_FEN_DIGITS = 18;

/** An amount in 万元 or 元 as exact fen in decimal text, without floating point. Negative ones only where `signed`. */
export function parseAmount(text: string, unit: keyof typeof FEN_DIGITS, signed = false): Parsed<string> {
  const plain = GROUPED.test(text) ? text.replaceAll(',', '') : text;
  const match = DECIMAL.exec(plain);
  if (!match) return { ok: false, code: 'AMOUNT_FORMAT' };
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = FEN_DIGITS[unit];
  if (/[1-9]/.test(fraction.slice(digits))) return { ok: false, code: 'AMOUNT_PRECISION' };
  const fen = (whole + fraction.slice(0, digits).padEnd(digits, '0')).replace(/^0+(?=\d)/, '');
  if (fen.length > MAX_FEN_DIGITS || (sign && !signed && fen !== '0')) return { ok: false, code: 'AMOUNT_RANGE' };
  return { ok: true, value: sign && fen !== '0' ? `-${fen}` : fen };
}

/** From this on a fine in 万元 is more likely one in 元: ten million yuan, above 99.9 % of real fines. */
const SUSPICIOUS_WAN_IN_FEN = 1_000_000_000n;

/**
 * Whether an amount in the 万元 column looks like one in 元: it is very large, or the text of the decision names the same
 * figure followed by 元.
 */
export function looksLikeYuan(columnText: string, fen: string, decisionText: string): boolean {
  if (BigInt(fen) >= SUSPICIOUS_WAN_IN_FEN) return true;
  if (fen === '0') return false;
  const figure = columnText.replaceAll(',', '').replace(/\.0*$/, '').replaceAll('.', '\\.');
  return /^[\d\\.]+$/.test(figure) && new RegExp(`(?<![\\d.])${figure}(?:\\.0+)?元`).test(decisionText.replaceAll(/[,，]/g, ''));
}

/** A non-negative decimal with at most so many digits before and after the point, as plain decimal text. */
export function parseDecimal(text: string, wholeDigits: number, fractionDigits: number): Parsed<string> {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(GROUPED.test(text) ? text.replaceAll(',', '') : text);
  const [, whole = '', fraction = ''] = match ?? [];
  const significant = whole.replace(/^0+(?=\d)/, '');
  const decimals = fraction.replace(/0+$/, '');
  if (!match || significant.length > wholeDigits || decimals.length > fractionDigits) return { ok: false, code: 'NUMBER_FORMAT' };
  return { ok: true, value: decimals ? `${significant}.${decimals}` : significant };
}
