const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * A decimal number in text with exactly `places` decimals: leading zeros go, missing decimals are zeros.
 * Undefined when it is not a plain decimal or would lose a digit that is not zero. No floating point takes part.
 */
export function fixedDecimal(text: string, places: number): string | undefined {
  const [, sign = '', whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(places))) return undefined;
  const digits = `${whole.replace(/^0+(?=\d)/, '')}.${fraction.slice(0, places).padEnd(places, '0')}`;
  return /[1-9]/.test(digits) ? sign + digits : digits;
}

/** Yuan with two decimals for an amount in fen: `1234567n` is `12345.67`. */
export function yuanFromFen(amountFen: bigint): string {
  const digits = String(amountFen < 0n ? -amountFen : amountFen).padStart(3, '0');
  return `${amountFen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Fen for an amount in yuan with at most two decimals; undefined when the text is not one. */
export function fenFromYuan(yuan: string): bigint | undefined {
  const text = fixedDecimal(yuan, 2);
  return text === undefined ? undefined : BigInt(text.replace('.', ''));
}
