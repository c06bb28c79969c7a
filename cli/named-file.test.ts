import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNamedFile, readNamedJson, writeNamedFile } from './named-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'named-'));
  writeFileSync(path.join(folder, 'text'), '# no JSON');
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);

test.each<[string, () => unknown, string]>([
  ['is not there', () => readNamedFile('--key', at('none')), 'there is no such file or directory'],
  ['is a directory', () => readNamedFile('--key', folder), 'this is a directory'],
  ['is below a file', () => readNamedFile('--key', at('text/none')), 'a part of the path is no directory'],
  ['is there already', () => writeNamedFile('--key', at('text'), { text: 'x' }), 'is not written over'],
  ['is no JSON', () => readNamedJson('--key', at('text')), 'this is no JSON'],
])('names the option, the file and what to do of a file that %s', (_, work, message) => {
  expect(work).toThrow(new RegExp(`^--key ${folder}.*：[\\s\\S]+。 --key ${folder}.*: [\\s\\S]*${message}`));
  expect(readFileSync(at('text'), 'utf8')).toBe('# no JSON');
});

test('writes a file with the mode it is to have', () => {
  writeNamedFile('<file>', at('new'), { text: 'x', mode: 0o600 });
  expect(readNamedFile('<file>', at('new'))).toBe('x');
});
