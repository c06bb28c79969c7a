const DAY = 86_400_000;

/** The day so many days later (earlier when negative); `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
}

/** The same day so many years later; 29 February becomes 28. */
export function addYears(date: string, years: number): string {
  const day = date.endsWith('02-29') ? '-02-28' : date.slice(4);
  return `${Number(date.slice(0, 4)) + years}${day}`;
}

/** The month so many months later (earlier when negative); `YYYY-MM`. */
export function addMonths(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** A day as the national layout writes it: `YYYY/MM/DD`. */
export function withSlashes(date: string): string {
  return date.replaceAll('-', '/');
}

/** A day of the month after, or the base date where that has not come yet. */
export function dayOfNextMonth(month: string, day: number, baseDate: string): string {
  const date = `${addMonths(month, 1)}-${String(day).padStart(2, '0')}`;
  return date < baseDate ? date : baseDate;
}
