import { expect, test } from 'vitest';
import { addDays, addMonths, addYears, dayOfNextMonth, withSlashes } from './dates.ts';

test('days, months and years are counted over their ends', () => {
  expect(addDays('2024-02-28', 2)).toBe('2024-03-01');
  expect(addDays('2024-01-01', -1)).toBe('2023-12-31');
  expect(addMonths('2024-01', -13)).toBe('2022-12');
  expect(addMonths('2023-12', 1)).toBe('2024-01');
  expect(addYears('2024-02-29', 1)).toBe('2025-02-28');
  expect(withSlashes('2024-02-29')).toBe('2024/02/29');
});

test('nothing is paid after the day the records end', () => {
  expect(dayOfNextMonth('2026-09', 25, '2026-10-31')).toBe('2026-10-25');
  expect(dayOfNextMonth('2026-09', 25, '2026-10-21')).toBe('2026-10-21');
});
