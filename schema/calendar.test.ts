import { expect, test } from 'vitest';
import { isCalendarDate, isCalendarMonth } from './calendar.ts';

test.each([
  ['2024-02-29', true],
  ['2023-02-29', false],
  ['2024-04-31', false],
  ['2024-13-01', false],
  ['2024-00-10', false],
  ['2024-1-1', false],
  ['0000-01-01', false],
  ['', false],
  ['2099-12-31', true],
])('the day %s exists: %s', (text, exists) => {
  expect(isCalendarDate(text)).toBe(exists);
});

test.each([
  ['2024-12', true],
  ['2024-13', false],
  ['2024-1', false],
  ['0999-01', false],
])('the month %s exists: %s', (text, exists) => {
  expect(isCalendarMonth(text)).toBe(exists);
});
