import type { WorkingCalendar } from '../../policies/review-rules.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';

/** A moment as the city's clocks show it. */
export interface CityMoment {
  /** City date, `YYYY-MM-DD`. */
  day: string;
  /** Minutes since midnight. */
  minute: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The city keeps China standard time all year round. */
const CITY_OFFSET_MS = 8 * HOUR_MS;

/** Date and time of day in the city (Asia/Shanghai) of an instant in milliseconds since the epoch. */
export function cityMoment(instant: number): CityMoment {
  return {
    day: cityToday(() => instant),
    minute: Math.floor(((((instant + CITY_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / 60_000),
  };
}

/** Whether the city works at that moment: in the hours of a working day (both ends as the calendar says, the end excluded). */
export function isWorking({ day, minute }: CityMoment, calendar: WorkingCalendar): boolean {
  const { hours } = calendar;
  return minute >= minutes(hours.from) && minute < minutes(hours.to) && isWorkingDay(day, calendar);
}

function isWorkingDay(day: string, { weekend, holidays, workdays }: WorkingCalendar): boolean {
  if (workdays.includes(day)) return true;
  if (holidays.some(({ from, to }) => from <= day && day <= to)) return false;
  return !weekend.some((name) => name === WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]);
}

/** The city date so many days later (earlier, when negative). */
export function daysAfter(day: string, days: number): string {
  return dates.remember(`${day} ${days}`, () =>
    new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Rules ask for the same few at every look; this is a year of them. */
const dates = createBoundedCache<string>(10_000);

/** The first day of the period of `days` that the day lies in; periods are counted from the same day for ever. */
export function periodOf(day: string, days: number): string {
  // 1970-01-05 was a Monday: periods of a week are calendar weeks.
  const since = Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS) - 4;
  return daysAfter(day, -(((since % days) + days) % days));
}

const WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
