import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryText, memoryCopy } from '../../gateway/evidence/evidence.fixture.ts';
import { exportLog } from '../../gateway/evidence/export-log.ts';

const SCRIPT = fileURLToPath(new URL('verify.js', import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'independent-'));
  const entries = Array.from({ length: 600 }, (_, n) => entryText(n));
  await exportLog(memoryCopy({ entries, sizes: [1, 600] }), directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

const verify = () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, directory], { encoding: 'utf8' });
  return { status, said: stdout.trim(), stderr };
};

describe('a verifier of its own, with openssl for the signature', () => {
  test('agrees that an export is whole', () => {
    expect(verify()).toEqual({ status: 0, said: 'verified 600', stderr: '' });
  });

  test.each([
    ['an entry', 'tile/entries/001', 99],
    ['the root', 'checkpoint', 30],
    ['the signature', 'checkpoint', 110],
  ])('agrees that it is not when %s was changed', (_, path, byte) => {
    const file = join(directory, path);
    const content = readFileSync(file);
    const changed = Buffer.from(content);
    changed[byte] = changed[byte] === 0x41 ? 0x42 : 0x41;
    writeFileSync(file, changed);
    expect(verify().status).toBe(1);
    writeFileSync(file, content);
  });
});
