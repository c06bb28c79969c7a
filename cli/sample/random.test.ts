import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

const DRAWS = 20_000;

/** The mean of many draws from a generator seeded by the label. */
function mean(label: string, draw: (random: Random) => number): number {
  const random = new Random(label);
  let total = 0;
  for (let index = 0; index < DRAWS; index++) total += draw(random);
  return total / DRAWS;
}

describe('the generator', () => {
  test('gives these very numbers on every machine', () => {
    const random = new Random('1/registration/0');
    expect([random.whole(0, 999_999), random.whole(0, 999_999), random.whole(0, 999_999)]).toMatchInlineSnapshot(`
      [
        70584,
        914112,
        211812,
      ]
    `);
  });

  test('depends on its label and nothing else', () => {
    const draw = (label: string) =>
      Array.from(
        { length: 8 },
        (
          (random) => () =>
            random.fraction()
        )(new Random(label)),
      );
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  test('stays within both ends', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -50, max: 50 }), fc.nat(100), (label, from, span) => {
        const drawn = new Random(label).whole(from, from + span);
        return drawn >= from && drawn <= from + span;
      }),
    );
  });

  test.each<[string, (random: Random) => number, number, number]>([
    ['a fraction', (random) => random.fraction(), 0.5, 0.01],
    ['a chance of 3 %', (random) => Number(random.chance(0.03)), 0.03, 0.005],
    ['a Poisson number', (random) => random.poisson(0.4), 0.4, 0.02],
    ['a geometric number', (random) => random.geometric(2.5), 2.5, 0.1],
    ['the logarithm of a log-normal number', (random) => Math.log(random.logNormal(6, 1)), Math.log(6), 0.03],
    [
      'a weighted choice',
      (random) =>
        random.weighted([
          [1, 3],
          [0, 1],
        ]),
      0.75,
      0.01,
    ],
  ])('%s has the mean it should have', (label, draw, expected, tolerance) => {
    expect(Math.abs(mean(label, draw) - expected)).toBeLessThan(tolerance);
  });

  test('a value drawn by quantiles has those quantiles', () => {
    const quantiles = [
      [0.01, 3],
      [0.5, 188],
      [0.99, 39_000],
    ] as const;
    expect(Math.abs(mean('q', (random) => Number(random.quantile(quantiles) < 188)) - 0.5)).toBeLessThan(0.02);
    expect(mean('r', (random) => Number(random.quantile(quantiles) > 39_000))).toBe(0);
  });
});
