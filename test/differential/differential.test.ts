import { expect, test } from 'vitest';
import { runDifferential } from './differential-run.ts';

const OPERATIONS = Number(process.env['XINQIAO_DIFFERENTIAL_OPERATIONS'] ?? 300);
const SEED = Number(process.env['XINQIAO_DIFFERENTIAL_SEED'] ?? 20_260_601);
/** About 40 ms an operation, for three executors on a busy machine. */
const TIMEOUT_MS = 60_000 + OPERATIONS * 200;

test(`${OPERATIONS} random operations over random federations have the answers of one service, and the stock executor's save for its listed bugs`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const run = await runDifferential({ operations: OPERATIONS, seed: SEED });
  expect(run.faults.join('\n\n')).toBe('');
  expect(run.operations).toBeGreaterThanOrEqual(OPERATIONS);
  expect(run.specified).toBeGreaterThan(OPERATIONS / 4);
  expect(run.recognitions.recognized).toBeGreaterThan(OPERATIONS / 10);
  process.stdout.write(
    `${run.recognitions.recognized} of ${run.recognitions.answers} answers passed unread\n${table('operations that met', run.features)}\n${table('bugs of the stock executor', run.bugs)}\n`,
  );
  // A short run need not meet everything.
  if (OPERATIONS >= 5_000) expect([...run.features].filter(([, times]) => times === 0)).toEqual([]);
});

function table(title: string, counts: ReadonlyMap<string, number>): string {
  return [title, ...[...counts].map(([name, times]) => `${String(times).padStart(7)}  ${name}`)].join('\n');
}
