const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Whether the text is a day that exists, as `YYYY-MM-DD`, in the years 1000 to 9999 (Gregorian, no time zone involved). */
export function isCalendarDate(text: string): boolean {
  const [, year = '', month = '', day = ''] = DATE.exec(text) ?? [];
  if (year < '1000') return false;
  const instant = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return instant.toISOString().slice(0, 10) === text;
}

/** Whether the text is a calendar month as `YYYY-MM`, in the years 1000 to 9999. */
export function isCalendarMonth(text: string): boolean {
  return MONTH.test(text) && text >= '1000';
}
