import { expect, test } from 'vitest';
import { runLeakTest } from './leak-run.ts';

/** 400 in `npm test`; `npm run test:leak` asks for 20,000. */
const OPERATIONS = Number(process.env['XINQIAO_LEAK_OPERATIONS'] ?? 400);
const SEED = Number(process.env['XINQIAO_LEAK_SEED'] ?? 20_261_121);

test('no caller for no purpose ever receives what the policy does not show, in whatever way it asks', {
  // On a machine that does much else besides: what is tested is what leaves, not how fast.
  timeout: 120_000 + OPERATIONS * 600,
}, async () => {
  const { leaks, broken, answered, authorized, unjudged, refused, joined, recognized, combinations, allowed } = await runLeakTest(
    {
      operations: OPERATIONS,
      seed: SEED,
    },
  );
  expect(leaks).toEqual([]);
  expect(broken).toEqual([]);
  // A gateway that refuses everything leaks nothing and proves nothing.
  expect(answered).toBeGreaterThan(OPERATIONS * 0.4);
  expect(unjudged).toBeLessThan(answered * 0.02);
  expect(refused).toBeGreaterThan(0);
  expect(authorized).toBeGreaterThan(OPERATIONS * 0.02);
  // What no department's answer passed by was not tested.
  expect(recognized).toBeGreaterThan(OPERATIONS * 0.2);
  // Callers who never meet cannot be mixed up.
  expect(joined).toBeGreaterThan(0);
  expect([...combinations].sort()).toEqual([...allowed].sort());
});
