/** Milliseconds since the epoch. Production passes `Date.now`; tests pass a frozen one. */
export type Clock = () => number;

const cityDate = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', dateStyle: 'short' });

/** The calendar date in the city (Asia/Shanghai) as `YYYY-MM-DD`, whatever the server's own time zone. */
export function cityToday(clock: Clock): string {
  return cityDate.format(clock());
}
