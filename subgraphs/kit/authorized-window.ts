import type { AuthorizedData } from '../../schema/signed-context.ts';
import type { DepartmentContext } from './department-context.ts';

/** Bounds of dates, months or years, both inclusive; null does not bound. */
export interface Span<Time> {
  from: Time | null;
  to: Time | null;
}

/** The time of which a caller may be told what is not public. */
export interface Window {
  /** City dates, `YYYY-MM-DD`. */
  days: Span<string>;
  /** Months, `YYYY-MM`, that lie in it whole. */
  months: Span<string>;
  /** Years that lie in it whole. */
  years: Span<number>;
}

const ALL_TIME: Window = {
  days: { from: null, to: null },
  months: { from: null, to: null },
  years: { from: null, to: null },
};

/**
 * The window in which this caller may see a field that is not public: that of the authorization which covers the field, else
 * all time; null for a bank without one, whatever the gateway's policy says. A month or year that reaches out of the window
 * is not in it: what is told of it would speak of days nobody authorised.
 */
export function windowOf({ caller }: DepartmentContext, category: string, field: string): Window | null {
  const { authorization, actor } = caller;
  if (authorization !== undefined && covers(authorization, category, field)) return windowBetween(authorization);
  return actor === 'BANK' ? null : ALL_TIME;
}

/** What lies in both spans. Times of one kind compare as they are: texts of equal length, or numbers. */
export function within<Time extends string | number>(a: Span<Time>, b: Span<Time>): Span<Time> {
  const later = a.from === null || (b.from !== null && b.from > a.from) ? b.from : a.from;
  const earlier = a.to === null || (b.to !== null && b.to < a.to) ? b.to : a.to;
  return { from: later, to: earlier };
}

/** Whether a time is in the span. */
export function holds<Time extends string | number>({ from, to }: Span<Time>, time: Time): boolean {
  return (from === null || from <= time) && (to === null || time <= to);
}

/** The month before that of a day. */
export function monthBefore(day: string): string {
  return month(daysAfter(`${month(day)}-01`, -1));
}

function covers({ categories, fields }: AuthorizedData, category: string, field: string): boolean {
  return categories.includes(category) && (fields?.includes(field) ?? true);
}

function windowBetween({ from, to }: AuthorizedData): Window {
  const months = { from: from.endsWith('-01') ? month(from) : month(daysAfter(lastOfMonth(from), 1)), to: lastWholeMonth(to) };
  return {
    days: { from, to },
    months,
    years: {
      from: months.from.endsWith('-01') ? year(months.from) : year(months.from) + 1,
      to: months.to.endsWith('-12') ? year(months.to) : year(months.to) - 1,
    },
  };
}

function lastWholeMonth(day: string): string {
  return lastOfMonth(day) === day ? month(day) : monthBefore(day);
}

function lastOfMonth(day: string): string {
  return isoDay(Date.UTC(year(day), Number(day.slice(5, 7)), 0));
}

function daysAfter(day: string, count: number): string {
  return isoDay(Date.parse(day) + count * 86_400_000);
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function month(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

function year(date: string): number {
  return Number(date.slice(0, 4));
}
