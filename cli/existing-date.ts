import { InvalidArgumentError } from 'commander';
import { isCalendarDate } from '../schema/calendar.ts';

/** Reads an option that is a day, `YYYY-MM-DD`. @throws {InvalidArgumentError} */
export function existingDate(text: string): string {
  if (isCalendarDate(text)) return text;
  throw new InvalidArgumentError('应为存在的日期 YYYY-MM-DD。 Expected a day that exists, as YYYY-MM-DD.');
}
