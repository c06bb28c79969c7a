import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runLeakTest } from './leak-run.ts';

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
/** 500 in `npm test`; `npm run test:leak` asks for 20,000. */
const OPERATIONS = Number(process.env['XINQIAO_LEAK_OPERATIONS'] ?? 500);
const SEED = Number(process.env['XINQIAO_LEAK_SEED'] ?? 20_261_121);

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

test('no caller for no purpose ever receives what the policy does not show, in whatever way it asks', {
  timeout: 60_000 + OPERATIONS * 400,
}, async () => {
  const { leaks, answered, unjudged, refused, joined, combinations, allowed } = await runLeakTest({
    operations: OPERATIONS,
    seed: SEED,
  });
  expect(leaks).toEqual([]);
  // A gateway that refuses everything leaks nothing and proves nothing.
  expect(answered).toBeGreaterThan(OPERATIONS * 0.4);
  expect(unjudged).toBeLessThan(answered * 0.02);
  expect(refused).toBeGreaterThan(0);
  // Callers who never meet cannot be mixed up.
  expect(joined).toBeGreaterThan(0);
  expect([...combinations].sort()).toEqual([...allowed].sort());
});

test('a planted leak is caught: a policy that reveals what the one on record masks', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-planted-'));
  folders.push(folder);
  await cp(POLICIES, folder, { recursive: true });
  const file = join(folder, 'purposes', 'ADMIN_APPROVAL_CHECK.yaml');
  const planted = (await readFile(file, 'utf8')).replace('PERSONAL: mask', 'PERSONAL: reveal');
  await writeFile(file, planted);
  const { leaks } = await runLeakTest({ operations: 300, seed: SEED, policies: folder });
  expect(leaks.join('\n')).toMatch(/holds a raw value of .*|the answer differs/);
});
