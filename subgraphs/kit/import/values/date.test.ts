import { expect, test } from 'vitest';
import { isMinorOn, isNoEnd, parseDate, parseMonth, parseYear } from './date.ts';

test.each(['2024/02/29', '2024-2-29', '2024.02.29', '20240229', '2024年2月29日', '2024/02/29 00:00:00', '2024/02/29 0:00'])(
  'reads %s',
  (text) => {
    expect(parseDate(text)).toEqual({ ok: true, value: '2024-02-29' });
  },
);

test.each([
  ['2024/02/30', 'DATE_IMPOSSIBLE'],
  ['2023/02/29', 'DATE_IMPOSSIBLE'],
  ['2024/13/01', 'DATE_IMPOSSIBLE'],
  ['0000/01/01', 'DATE_IMPOSSIBLE'],
  ['24/02/01', 'DATE_FORMAT'],
  ['2024/02/01 12:30:00', 'DATE_FORMAT'],
  ['长期', 'DATE_FORMAT'],
  ['45292', 'DATE_FORMAT'],
])('refuses %s as %s', (text, code) => {
  expect(parseDate(text)).toEqual({ ok: false, code });
});

test('takes 2099/12/31, and only that, for no end', () => {
  expect([isNoEnd('2099-12-31'), isNoEnd('2099-12-30')]).toEqual([true, false]);
});

test.each([
  ['2008-05-06', '2026-05-05', true],
  ['2008-05-06', '2026-05-06', false],
  ['2008-02-29', '2026-02-28', true],
  ['2008-02-29', '2026-03-01', false],
])('somebody born on %s is a minor on %s: %s', (birth, date, minor) => {
  expect(isMinorOn(birth, date)).toBe(minor);
});

test('reads months and years in the forms departments use', () => {
  for (const text of ['2024-01', '2024/1', '202401', '2024年1月'])
    expect(parseMonth(text)).toEqual({ ok: true, value: '2024-01' });
  // A spreadsheet makes a date of a month.
  for (const text of ['2024/01/01', '2024/1/1', '2024-01-01']) expect(parseMonth(text)).toEqual({ ok: true, value: '2024-01' });
  for (const text of ['2024/01/02', '2024/01/11']) expect(parseMonth(text)).toEqual({ ok: false, code: 'MONTH_FORMAT' });
  expect(parseMonth('2024-13')).toEqual({ ok: false, code: 'MONTH_FORMAT' });
  expect(parseYear('2024年')).toEqual({ ok: true, value: '2024' });
  expect(parseYear('24')).toEqual({ ok: false, code: 'YEAR_FORMAT' });
});
