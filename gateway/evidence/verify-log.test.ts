import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leafHash, rootHash } from '../querylog/merkle.ts';
import { decodeBundle, encodeBundle } from '../querylog/entry-bundle.ts';
import { parseNote } from '../querylog/signed-note.ts';
import { LOG, ORIGIN, seededSigner } from '../witness/witness.fixture.ts';
import { openDirectoryCopy } from './directory-copy.ts';
import { entryText, memoryCopy, POLICY_HASH } from './evidence.fixture.ts';
import { exportLog } from './export-log.ts';
import { FAULTS, type FaultKind } from './fault.ts';
import { verifyLog, type VerifyOptions } from './verify-log.ts';

const EVERY_BIT = process.env['XINQIAO_TEST_EVERY_BIT'] === '1';
const TOLERANCE = { toleranceMs: 120_000 };
const SIZES = [0, 1, 2, 255, 256, 300, 512, 600];
const entries = Array.from({ length: 600 }, (_, n) => entryText(n));
const log = { entries, sizes: SIZES };
let directory: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'evidence-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (path: string) => join(directory, path);
const verify = async (options: Partial<VerifyOptions> = {}) => {
  const { findings } = await verifyLog(openDirectoryCopy(directory), { ...TOLERANCE, ...options });
  return { exitCode: findings.exitCode, faults: findings.faults.map(({ kind, at: where }) => `${kind} ${where}`) };
};
/** Rewrites the entries of the whole export, in as many bundles as they then need; the tiles stay. */
const rewriteEntries = (change: (all: Uint8Array[]) => Uint8Array[]) => {
  const files = ['tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/88'];
  const all = change(files.flatMap((file) => decodeBundle(readFileSync(at(file)))));
  for (const [n, file] of files.entries())
    writeFileSync(at(file), encodeBundle(all.slice(n * 256, n === 2 ? undefined : (n + 1) * 256)));
};
const changed = (file: string, change: (content: Buffer) => Uint8Array | string) =>
  writeFileSync(at(file), change(readFileSync(at(file))));
const flip = (file: string, byte: number) => changed(file, (content) => ((content[byte]! ^= 4), content));

describe('an exported log', () => {
  beforeEach(() => exportLog(memoryCopy(log), directory));

  test('verifies: its entries, tiles, every checkpoint and what the entries say', async () => {
    const verification = await verifyLog(openDirectoryCopy(directory), { ...TOLERANCE, keys: [LOG.verifierKey] });
    expect(verification).toMatchObject({ checkpoint: { origin: ORIGIN, size: 600n }, checkpoints: SIZES.length, policies: 1 });
    expect(verification.findings.faults).toEqual([]);
    expect(verification.findings.exitCode).toBe(0);
  });

  test.each<[string, FaultKind, string, () => void]>([
    [
      'an entry is changed',
      'CHANGED_ENTRY',
      'index 300',
      () => flip('tile/entries/001', 44 * (Buffer.byteLength(entries[300]!) + 2) + 200),
    ],
    [
      'an entry is changed in the last bundle',
      'CHANGED_ENTRY',
      'index 599',
      () => changed('tile/entries/002.p/88', (b) => ((b[b.length - 9]! ^= 1), b)),
    ],
    [
      'a byte stands behind the last entry of a bundle',
      'CHANGED_ENTRY',
      'index 256',
      () => changed('tile/entries/000', (b) => Buffer.concat([b, Buffer.of(0)])),
    ],
    [
      'more than a byte stands behind the last entry of all',
      'CHANGED_ENTRY',
      'index 600',
      () => changed('tile/entries/002.p/88', (b) => Buffer.concat([b, Buffer.from('\xff\xff{"any":"thing"}', 'latin1')])),
    ],
    [
      'an entry is replaced by another',
      'CHANGED_ENTRY',
      'index 7',
      () => rewriteEntries((all) => all.with(7, Buffer.from(entryText(7000)))),
    ],
    ['an entry is dropped and the rest moved up', 'DROPPED_ENTRY', 'index 7', () => rewriteEntries((all) => all.toSpliced(7, 1))],
    ['entries are dropped with their file', 'DROPPED_ENTRY', 'index 256', () => rmSync(at('tile/entries/001'))],
    [
      'entries are dropped with their file and tile',
      'DROPPED_ENTRY',
      'index 256',
      () => [rmSync(at('tile/entries/001')), rmSync(at('tile/0/001'))],
    ],
    [
      'an entry is inserted',
      'INSERTED_ENTRY',
      'index 300',
      () => rewriteEntries((all) => all.toSpliced(300, 0, Buffer.from(entryText(7000)))),
    ],
    ['an entry is repeated', 'INSERTED_ENTRY', 'index 301', () => rewriteEntries((all) => all.toSpliced(300, 0, all[300]!))],
    [
      'two neighbours are exchanged',
      'REORDERED',
      'index 7',
      () => rewriteEntries((all) => all.with(7, all[8]!).with(8, all[7]!)),
    ],
    [
      'two entries far apart are exchanged',
      'REORDERED',
      'index 7',
      () => rewriteEntries((all) => all.with(7, all[599]!).with(599, all[7]!)),
    ],
    ['the last entry is cut off', 'TRUNCATED', 'index 599', () => rewriteEntries((all) => all.slice(0, -1))],
    [
      'the last entries are cut off with file and tile',
      'TRUNCATED',
      'index 512',
      () => [rmSync(at('tile/entries/002.p/88')), rmSync(at('tile/0/002.p/88'))],
    ],
    [
      'a bundle ends in the middle of an entry',
      'CHANGED_ENTRY',
      'index 599',
      () => changed('tile/entries/002.p/88', (b) => b.subarray(0, -3)),
    ],
    ['a tile of level 0 is tampered with', 'TAMPERED_TILE', 'tile/0/001', () => flip('tile/0/001', 77)],
    ['a partial tile is tampered with', 'TAMPERED_TILE', 'tile/0/002.p/88', () => flip('tile/0/002.p/88', 77)],
    ['a tile of level 1 is tampered with', 'TAMPERED_TILE', 'tile/1/000.p/2', () => flip('tile/1/000.p/2', 33)],
    ['a tile is missing', 'TAMPERED_TILE', 'tile/0/001', () => rmSync(at('tile/0/001'))],
    ['a tile is too short', 'TAMPERED_TILE', 'tile/0/001', () => changed('tile/0/001', (b) => b.subarray(32))],
    [
      'a signature is changed',
      'BAD_SIGNATURE',
      'the newest checkpoint',
      () =>
        changed('checkpoint', (b) =>
          b
            .toString()
            .replace(/(city\.example\/log \S{20})(.)/, (_, head: string, one: string) => head + (one === 'A' ? 'B' : 'A')),
        ),
    ],
    [
      'a signature is taken away',
      'BAD_SIGNATURE',
      'checkpoint 5',
      () => changed('checkpoints/000.p/8', (b) => b.toString().replace(/(\n300\n.*\n\n)— city.*\n/, '$1')),
    ],
    [
      'a size is changed',
      'BAD_SIGNATURE',
      'checkpoint 5',
      () => changed('checkpoints/000.p/8', (b) => b.toString().replace('\n300\n', '\n299\n')),
    ],
    ['a checkpoint is no checkpoint', 'MALFORMED', 'the newest checkpoint', () => writeFileSync(at('checkpoint'), 'hello\n')],
    ['there is no checkpoint', 'MALFORMED', 'the newest checkpoint', () => rmSync(at('checkpoint'))],
    ['the keys are changed', 'MALFORMED', 'keys', () => flip('keys', 30)],
    ['a file is put beside it', 'FOREIGN_FILE', 'tile/entries/003', () => writeFileSync(at('tile/entries/003'), 'x')],
    ['an old partial tile is put back', 'FOREIGN_FILE', 'tile/0/002.p/87', () => writeFileSync(at('tile/0/002.p/87'), 'x')],
    [
      'a policy version is changed',
      'FOREIGN_FILE',
      `policies/${POLICY_HASH}.json`,
      () => flip(`policies/${readdirSync(at('policies'))[0]}`, 3),
    ],
  ])('when %s, is found to be %s at %s', async (_, kind, where, tamper) => {
    tamper();
    const { exitCode, faults } = await verify();
    expect(faults).toContain(`${kind} ${where}`);
    expect(exitCode).toBe(FAULTS[kind].exitCode);
  });

  test('with a checkpoint of a fork among its own is found to be forked', async () => {
    const fork = memoryCopy({ entries: entries.with(100, entryText(7000)), sizes: [300] });
    const forked = parseNote((await fork.newest())!);
    changed('checkpoints/000.p/8', (b) => b.toString().replace(/city\.example\/log\n300\n[^]*?\n(?=\ncity)/, () => ''));
    changed('checkpoints/000.p/8', (b) => b.toString().replace('\n\n\n', '\n\n'));
    const notes = readFileSync(at('checkpoints/000.p/8'), 'utf8');
    const note = (await fork.newest())!;
    changed('checkpoints/000.p/8', () => notes.replace('city.example/log\n512\n', `${note}\ncity.example/log\n512\n`));
    expect(forked.text).toContain('\n300\n');
    expect((await verify()).faults).toEqual(['FORKED_CHECKPOINT size 300']);
  });

  test('whose newest checkpoint is exchanged for a fork’s is found to be forked', async () => {
    const fork = memoryCopy({ entries: entries.with(599, entryText(7000)), sizes: [600] });
    writeFileSync(at('checkpoint'), (await fork.newest())!);
    expect((await verify()).faults).toEqual(['FORKED_CHECKPOINT size 600']);
  });

  test('whose entries and tiles were rewritten together does not have the signed root', async () => {
    const rewritten = memoryCopy({ ...log, entries: entries.with(310, entryText(7000)) });
    const other = mkdtempSync(join(tmpdir(), 'evidence-'));
    await exportLog(rewritten, other);
    for (const file of ['tile/0/001', 'tile/entries/001', 'tile/1/000.p/2'])
      writeFileSync(at(file), readFileSync(join(other, file)));
    rmSync(other, { recursive: true });
    expect((await verify()).faults).toContain('REWRITTEN between sizes 300 and 512');
  });

  test('is not the log’s own when another key signed all of it', async () => {
    const forger = seededSigner(ORIGIN, 9);
    rmSync(directory, { recursive: true });
    await exportLog(memoryCopy({ ...log, signer: forger }), directory);
    expect((await verify()).exitCode).toBe(0);
    expect((await verify({ keys: [LOG.verifierKey] })).faults).toContain('BAD_SIGNATURE the newest checkpoint');
  });

  test('must continue the checkpoints that somebody kept', async () => {
    const older = (await memoryCopy({ entries, sizes: [77] }).newest())!;
    const forked = (await memoryCopy({ entries: entries.with(3, entryText(7000)), sizes: [77] }).newest())!;
    const later = (await memoryCopy({ entries: [...entries, entryText(600)], sizes: [601] }).newest())!;
    expect((await verify({ known: [older] })).faults).toEqual([]);
    expect((await verify({ known: [forked] })).faults).toEqual(['FORKED_CHECKPOINT size 77']);
    expect((await verify({ known: [later] })).faults).toEqual(['TRUNCATED size 600, but known checkpoint 1 has 601']);
  });
});

/** Members of an entry as nobody here would write them. */
const wrong = (members: object) => members as Parameters<typeof entryText>[1];
const granting = (limits: object) => wrong({ act: { kind: 'AUTHORIZATION_GRANTED', object: 'a1', limits } });

describe('what the entries say', () => {
  test('is read of a bundle with a byte behind its entries, too', async () => {
    const text = (n: number) => entryText(n === 9 ? -200 : n);
    await exportLog(memoryCopy({ entries: Array.from({ length: 20 }, (_, n) => text(n)), sizes: [20] }), directory);
    changed('tile/entries/000.p/20', (b) => Buffer.concat([b, Buffer.of(0)]));
    expect((await verify()).faults.toSorted()).toEqual(['CHANGED_ENTRY index 20', 'TIME_BACKWARDS index 9']);
  });

  test.each<[string, FaultKind | undefined, (n: number) => string]>([
    ['times in order', undefined, (n) => entryText(n)],
    ['a time that is behind within the tolerance', undefined, (n) => entryText(n === 9 ? -100 : n)],
    ['a time that is too far behind', 'TIME_BACKWARDS', (n) => entryText(n === 9 ? -200 : n)],
    ['no time', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? { time: 'yesterday' } : {})],
    ['a policy that nobody kept', 'UNKNOWN_POLICY', (n) => entryText(n, n === 9 ? { policyHash: 'a'.repeat(64) } : {})],
    ['text that is not canonical', 'MALFORMED_ENTRY', (n) => (n === 9 ? `${entryText(n)} ` : entryText(n))],
    ['a time that is a number', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? wrong({ time: 5 }) : {})],
    ['authorizations that are none', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? wrong({ authorizations: null }) : {})],
    ['an authorization that is a number', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? wrong({ authorizations: [1] }) : {})],
    ['a grant without limits in its limits', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? granting({}) : {})],
    ['a grant until soon', 'MALFORMED_ENTRY', (n) => entryText(n, n === 9 ? granting({ maxUses: 1, expiresAt: 'soon' }) : {})],
    ['another version', 'MALFORMED_ENTRY', (n) => entryText(n).replace('"version":1', n === 9 ? '"version":2' : '"version":1')],
    ['no JSON', 'MALFORMED_ENTRY', (n) => (n === 9 ? 'hello' : entryText(n))],
  ])('%s: %s', async (_, kind, text) => {
    await exportLog(memoryCopy({ entries: Array.from({ length: 20 }, (__, n) => text(n)), sizes: [20] }), directory);
    expect(await verify()).toEqual({
      exitCode: kind === undefined ? 0 : FAULTS[kind].exitCode,
      faults: kind === undefined ? [] : [`${kind} index 9`],
    });
  });
});

test('every kind of fault has an exit code of its own, clear of those of other commands', () => {
  const codes = Object.values(FAULTS).map(({ exitCode }) => exitCode);
  expect(new Set(codes).size).toBe(codes.length);
  expect(Math.min(...codes)).toBeGreaterThanOrEqual(10);
});

test('the checkpoints at the first sixteen sizes all verify', async () => {
  const first = Array.from({ length: 17 }, (_, size) => size);
  await exportLog(memoryCopy({ entries: entries.slice(0, 16), sizes: first }), directory);
  expect(await verify({ keys: [LOG.verifierKey] })).toEqual({ exitCode: 0, faults: [] });
  const leaves = entries.slice(0, 16).map((entry) => leafHash(Buffer.from(entry)));
  const signed = readFileSync(at('checkpoints/000.p/17'), 'utf8')
    .match(/\n\d+\n(.{44})\n/g)!
    .map((text) => text.split('\n')[2]);
  expect(signed).toEqual(first.map((size) => Buffer.from(rootHash(leaves.slice(0, size))).toString('base64')));
});

describe('one flipped bit', () => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  test('anywhere in any file of an exported log is found', { timeout: 180_000 }, async () => {
    const small = [0, 1].map((n) => {
      const { policyHash, time, version } = JSON.parse(entryText(n)) as Record<string, string>;
      return JSON.stringify({ policyHash, time, version });
    });
    await exportLog(memoryCopy({ entries: small, sizes: [1, 2] }), directory);
    expect(await verify()).toEqual({ exitCode: 0, faults: [] });
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(at(file)).isFile());
    expect(files.toSorted()).toMatchObject({ length: 6 });
    const unseen: string[] = [];
    for (const file of files) {
      const content = readFileSync(at(file));
      // Every bit takes a minute (`npm run test:evidence`); one of each byte, another each time, is what every run can afford.
      for (let bit = 0; bit < content.length * 8; bit += EVERY_BIT ? 1 : 7) {
        content[bit >> 3]! ^= 1 << (bit & 7);
        writeFileSync(at(file), content);
        if ((await verify()).exitCode === 0) unseen.push(`${file} bit ${bit}`);
        content[bit >> 3]! ^= 1 << (bit & 7);
      }
      writeFileSync(at(file), content);
    }
    expect(unseen).toEqual([]);
  });
});
