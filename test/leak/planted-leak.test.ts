import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runLeakTest } from './leak-run.ts';

const POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));
/** It ends at the twentieth leak, long before these are asked. */
const OPERATIONS = 300;
const SEED = Number(process.env['XINQIAO_LEAK_SEED'] ?? 20_261_121);

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

test('a planted leak is caught: policies that reveal what those on record mask', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-planted-'));
  folders.push(folder);
  await cp(POLICIES, folder, { recursive: true });
  for (const purpose of await readdir(join(folder, 'purposes'))) {
    const file = join(folder, 'purposes', purpose);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('PERSONAL: mask', 'PERSONAL: reveal'));
  }
  const { leaks } = await runLeakTest({ operations: OPERATIONS, seed: SEED, policies: folder });
  expect(leaks.join('\n')).toMatch(/holds a raw value of .*|the answer differs/);
});
