import { isCalendarDate, isCalendarMonth } from '../../../../schema/calendar.ts';
import type { RejectionCode } from '../reasons.ts';

/** What reading a value gave: the value in its stored form, or why it cannot be one. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; code: RejectionCode };

const SEPARATED = /^(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?(?:[ T]0?0:00(?::00(?:\.0+)?)?)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const MONTH = /^(\d{4})(?:[/.\-年])?(\d{1,2})月?$/;
/** What a spreadsheet makes of a month that is typed into it. */
const FIRST_OF_MONTH = /^(\d{4})[/-](\d{1,2})[/-]0?1$/;
/** How the national layout writes "no end": 2099/12/31. */
const NO_END = '2099-12-31';

/** A date as departments write it (`2024/01/02`, `2024-1-2`, `2024年1月2日`, `20240102`, midnight allowed), as `YYYY-MM-DD`. */
export function parseDate(text: string): Parsed<string> {
  const known = parsedDates.get(text);
  if (known) return known;
  const parsed = parseNewDate(text);
  if (parsedDates.size < MAX_PARSED_DATES) parsedDates.set(text, parsed);
  return parsed;
}

/** A file has a few thousand different dates, three a row. */
const parsedDates = new Map<string, Parsed<string>>();
const MAX_PARSED_DATES = 20_000;

function parseNewDate(text: string): Parsed<string> {
  const match = SEPARATED.exec(text) ?? COMPACT.exec(text);
  if (!match) return { ok: false, code: 'DATE_FORMAT' };
  const [, year = '', month = '', day = ''] = match;
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isCalendarDate(value) ? { ok: true, value } : { ok: false, code: 'DATE_IMPOSSIBLE' };
}

/** Whether the end of a term means that it has none. */
export function isNoEnd(date: string): boolean {
  return date === NO_END;
}

/** A month (`2024-01`, `2024/1`, `202401`, `2024年1月`, its first day) as `YYYY-MM`. */
export function parseMonth(text: string): Parsed<string> {
  const [, year = '', month = ''] = MONTH.exec(text) ?? FIRST_OF_MONTH.exec(text) ?? [];
  const value = `${year}-${month.padStart(2, '0')}`;
  return isCalendarMonth(value) ? { ok: true, value } : { ok: false, code: 'MONTH_FORMAT' };
}

/** A year of four digits, as text. */
export function parseYear(text: string): Parsed<string> {
  return /^(?:19|20)\d{2}年?$/.test(text) ? { ok: true, value: text.slice(0, 4) } : { ok: false, code: 'YEAR_FORMAT' };
}

/** Whether somebody born on `birthDate` is under eighteen on `date` (both `YYYY-MM-DD`). The birthday itself is of age. */
export function isMinorOn(birthDate: string, date: string): boolean {
  return date < `${Number(birthDate.slice(0, 4)) + 18}${birthDate.slice(4)}`;
}
