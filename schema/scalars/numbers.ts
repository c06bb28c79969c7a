import { fixedDecimal, yuanFromFen } from './decimal.ts';
import { onText, textScalar } from './text-scalar.ts';

/** `[100000,500000)`; the highest band has no upper end. */
const INTERVAL = /^\[-?\d+(\.\d+)?,(\d+(\.\d+)?|\+?∞)?\)$/;
/** As many whole digits as an int8 of fen holds. */
const MONEY_LIMIT = 10n ** 18n;

/** 金额（元）. A department gives whole fen as a bigint; text is yuan. Generalised: an interval in yuan. */
export const Money = textScalar({
  name: 'Money',
  parse: yuan,
  print: (value) => (typeof value === 'bigint' ? yuanFromFen(value) : onText(yuan)(value)),
  masked: INTERVAL,
});

/** 数量. A department gives a bigint, a whole number or text. Generalised: an interval. */
export const Count = textScalar({ name: 'Count', parse: wholeNumber, print: onNumber(wholeNumber), masked: INTERVAL });

/** 用量, three decimals. A department gives numeric text, a bigint or a number. Generalised: an interval. */
export const Quantity = textScalar({ name: 'Quantity', parse: quantity, print: onNumber(quantity), masked: INTERVAL });

/** 百分比, two decimals, 0 to 100. A department gives numeric text, a bigint or a number. Generalised: an interval. */
export const Percentage = textScalar({
  name: 'Percentage',
  parse: percentage,
  print: onNumber(percentage),
  masked: INTERVAL,
});

function yuan(text: string): string | undefined {
  const amount = fixedDecimal(text, 2);
  if (amount === undefined) return undefined;
  const fen = BigInt(amount.replace('.', ''));
  return fen < MONEY_LIMIT && fen > -MONEY_LIMIT ? amount : undefined;
}

function wholeNumber(text: string): string | undefined {
  return /^(0|[1-9]\d{0,17})$/.test(text) ? text : undefined;
}

function quantity(text: string): string | undefined {
  return text.startsWith('-') || text.length > 32 ? undefined : fixedDecimal(text, 3);
}

function percentage(text: string): string | undefined {
  const value = text.startsWith('-') || text.length > 32 ? undefined : fixedDecimal(text, 2);
  return value !== undefined && Number(value) <= 100 ? value : undefined;
}

function onNumber(check: (text: string) => string | undefined): (value: unknown) => string | undefined {
  return (value) => (typeof value === 'bigint' || typeof value === 'number' ? check(String(value)) : onText(check)(value));
}
