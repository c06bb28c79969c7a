import { isCalendarDate, isCalendarMonth } from '../calendar.ts';
import { onText, textScalar } from './text-scalar.ts';

/** RFC 3339 with an offset; a fraction of at most milliseconds is kept. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** 日期, `YYYY-MM-DD`. Generalised: `YYYY-MM` or `YYYY`. */
export const DateScalar = textScalar({
  name: 'Date',
  parse: day,
  print: onText(day),
  masked: /^\d{4}(-(0[1-9]|1[0-2]))?$/,
});

/** 月份, `YYYY-MM`. Generalised: `YYYY`. */
export const Month = textScalar({ name: 'Month', parse: month, print: onText(month), masked: /^\d{4}$/ });

/** 时刻, RFC 3339; printed in UTC with milliseconds. A department may give text or a Date. */
export const DateTime = textScalar({
  name: 'DateTime',
  parse: instant,
  print: (value) => (value instanceof Date ? isoText(value) : onText(instant)(value)),
});

function day(text: string): string | undefined {
  return isCalendarDate(text) ? text : undefined;
}

function month(text: string): string | undefined {
  return isCalendarMonth(text) ? text : undefined;
}

function instant(text: string): string | undefined {
  const [, date = ''] = INSTANT.exec(text) ?? [];
  return isCalendarDate(date) ? isoText(new Date(text.toUpperCase())) : undefined;
}

function isoText(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
