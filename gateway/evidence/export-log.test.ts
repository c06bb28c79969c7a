import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDirectoryCopy } from './directory-copy.ts';
import { entryText, memoryCopy } from './evidence.fixture.ts';
import { ExportError, exportLog } from './export-log.ts';
import { verifyLog } from './verify-log.ts';

const entries = Array.from({ length: 700 }, (_, n) => entryText(n));
const upTo = (size: number) =>
  memoryCopy({
    entries: entries.slice(0, size),
    sizes: Array.from({ length: size }, (_, n) => n + 1).filter((n) => n % 2 === size % 2),
  });
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'export-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const files = () =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(directory, file)).isFile() && !file.startsWith('policies/'))
    .toSorted();
const faults = async () => (await verifyLog(openDirectoryCopy(directory), { toleranceMs: 0 })).findings.faults;

describe('an export', () => {
  test('has the layout of C2SP tlog-tiles, with its checkpoints and keys beside it', async () => {
    expect(await exportLog(upTo(600), directory)).toEqual({ before: 0n, size: 600n, checkpoints: 300n });
    const tiles = ['tile/0/000', 'tile/0/001', 'tile/0/002.p/88', 'tile/1/000.p/2'];
    const bundles = ['tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/88'];
    expect(files()).toEqual(['checkpoint', 'checkpoints/000', 'checkpoints/001.p/44', 'keys', ...tiles, ...bundles]);
  });

  test('is brought up to date by what is new, and is then what one export would have made', async () => {
    for (const size of [2, 256, 300, 512, 520]) {
      await exportLog(upTo(size), directory);
      expect(await faults()).toEqual([]);
    }
    const { mtimeMs } = statSync(join(directory, 'tile/entries/000'));
    expect(await exportLog(upTo(700), directory)).toMatchObject({ before: 520n, size: 700n });
    expect(statSync(join(directory, 'tile/entries/000')).mtimeMs).toBe(mtimeMs);
    const all = files().map((file) => [file, readFileSync(join(directory, file), 'hex')]);
    rmSync(directory, { recursive: true });
    await exportLog(upTo(700), directory);
    expect(files().map((file) => [file, readFileSync(join(directory, file), 'hex')])).toEqual(all);
  });

  test('goes into no directory that holds something else, and writes nothing there', async () => {
    writeFileSync(join(directory, 'README.md'), 'documents');
    await expect(exportLog(upTo(2), directory)).rejects.toThrow(/is not empty and no export of this log \(README.md is in it\)/);
    await expect(exportLog(upTo(2), join(directory, 'README.md'))).rejects.toThrow('cannot be used as a directory (ENOTDIR)');
    expect(files()).toEqual(['README.md']);
  });

  test('that died before its first checkpoint is completed by the next', async () => {
    await exportLog(upTo(300), directory);
    rmSync(join(directory, 'checkpoint'));
    writeFileSync(join(directory, 'checkpoint.draft'), '');
    expect(await exportLog(upTo(300), directory)).toMatchObject({ before: 0n, size: 300n });
    expect(await faults()).toEqual([]);
  });

  test('that died half-way is completed by the next', async () => {
    await exportLog(upTo(300), directory);
    const failing = {
      ...upTo(700),
      checkpoints: () => {
        throw new Error('the connection is gone');
      },
    };
    await expect(exportLog(failing, directory)).rejects.toThrow('gone');
    expect(new Set((await faults()).map(({ kind }) => kind))).toEqual(new Set(['FOREIGN_FILE']));
    await exportLog(upTo(700), directory);
    expect(await faults()).toEqual([]);
  });

  test('reports how far it is', async () => {
    const seen: bigint[] = [];
    await exportLog(upTo(600), directory, (done) => seen.push(done));
    expect(seen).toEqual([256n, 512n, 600n]);
  });

  test.each([
    ['another history', () => memoryCopy({ entries: entries.with(3, entryText(999)), sizes: [700] })],
    ['a shorter log', () => upTo(100)],
  ] as const)('does not write over the evidence of a log when the database holds %s', async (_, other) => {
    await exportLog(upTo(300), directory);
    const before = files();
    await expect(exportLog(other(), directory)).rejects.toThrow(ExportError);
    expect(files()).toEqual(before);
    expect(await faults()).toEqual([]);
  });

  test('needs a checkpoint', async () => {
    await expect(exportLog(memoryCopy({ entries, sizes: [] }), directory)).rejects.toThrow('has no checkpoint');
  });

  test('leaves alone what is not its own', async () => {
    await exportLog(upTo(300), directory);
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await exportLog(upTo(600), directory);
    expect(files()).toContain('notes.txt');
    expect(await faults()).toEqual([{ kind: 'FOREIGN_FILE', at: 'notes.txt' }]);
  });
});
