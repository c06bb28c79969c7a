import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from './make-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'made-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a directory and those above it are made, for their owner alone, and stay where they are', () => {
  const directory = join(folder, 'a', 'b', 'c');
  makeDirectory(directory);
  writeFileSync(join(directory, 'kept'), '');
  makeDirectory(directory);
  expect(existsSync(join(directory, 'kept'))).toBe(true);
  expect([statSync(directory).mode & 0o777, statSync(join(folder, 'a')).mode & 0o777]).toEqual([0o700, 0o700]);
});

test.runIf(existsSync('/proc/self'))('where the system makes none it is told at once, and not tried for ever', () => {
  expect(() => makeDirectory('/proc/x/y')).toThrow(expect.objectContaining({ code: 'ENOENT', path: '/proc/x' }));
});

test('below a file none is made', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeDirectory(join(folder, 'file', 'a'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});
