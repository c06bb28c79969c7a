import { expect, test } from 'vitest';
import { cityToday } from './city-clock.ts';

test.each([
  ['2026-03-31T15:59:59.999Z', '2026-03-31'],
  ['2026-03-31T16:00:00.000Z', '2026-04-01'],
  ['2026-03-31T16:00:00.001Z', '2026-04-01'],
  ['2026-03-31T15:00:00.000Z', '2026-03-31'],
])('at %s it is %s in the city', (instant, today) => {
  expect(cityToday(() => Date.parse(instant))).toBe(today);
});
