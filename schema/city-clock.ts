/** Milliseconds since the epoch. Production passes `Date.now`; tests pass a frozen one. */
export type Clock = () => number;

const cityDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });
const HOUR_MS = 3_600_000;
let known = { hour: Number.NaN, date: '' };

/** The calendar date in the city (Asia/Shanghai) as `YYYY-MM-DD`, whatever the server's own time zone. */
export function cityToday(clock: Clock): string {
  const now = clock();
  // The city is whole hours from UTC, and has been since there are computers: no date begins within an hour.
  const hour = Math.floor(now / HOUR_MS);
  if (hour !== known.hour) known = { hour, date: cityDate.format(now) };
  return known.date;
}
