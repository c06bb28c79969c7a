import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseNote, signNote, verifyNote } from '../querylog/signed-note.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';
import { createWitness, type Suspicion, type Verdict } from './witness.ts';
import { LOG, logOf, ORIGIN, seededSigner, WITNESS } from './witness.fixture.ts';
import { openWitnessStore, type WitnessStore } from './witness-store.ts';

const NOW = Date.UTC(2026, 2, 1);
const honest = logOf('honest', 40);
const forked = logOf('forked', 40);
const suspicions: Suspicion[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'witness-'));
  suspicions.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (store: WitnessStore = openWitnessStore(directory)) =>
  createWitness({
    signer: WITNESS,
    logs: [LOG.verifierKey],
    store,
    clock: () => NOW,
    report: (suspicion) => suspicions.push(suspicion),
  });
const grow = (log: typeof honest, from: number, to: number) =>
  formatAddCheckpoint(BigInt(from), from === 0 ? [] : log.proof(from, to), log.note(to));
/** A proof that proves nothing, as anybody could send it with a checkpoint of the log. */
const spoiled = (from: number, to: number, log = honest) =>
  formatAddCheckpoint(BigInt(from), [Buffer.alloc(32, 9)], log.note(to));
const kept = (ending: string) => readdirSync(directory).filter((name) => name.endsWith(ending));
const told = (verdict: Verdict) => ('cosignature' in verdict ? 'COSIGNED' : verdict.refusal);

describe('a witness', () => {
  test('cosigns, with the time, what continues what it has seen', () => {
    const witness = open();
    for (const [from, to] of [
      [0, 7],
      [7, 7],
      [7, 8],
      [8, 40],
    ] as const) {
      const verdict = witness.addCheckpoint(grow(honest, from, to));
      expect(told(verdict)).toBe('COSIGNED');
      const note = parseNote(honest.note(to) + (verdict as { cosignature: string }).cosignature);
      expect(verifyNote(note, [WITNESS.verifierKey])).toEqual([{ key: WITNESS.verifierKey, time: BigInt(NOW / 1000) }]);
    }
  });

  test('shows the checkpoint it cosigned last, with both signatures', () => {
    const witness = open();
    expect(witness.latest(ORIGIN)).toBeUndefined();
    witness.addCheckpoint(grow(honest, 0, 5));
    const latest = parseNote(witness.latest(ORIGIN)!);
    expect(verifyNote(latest, [LOG.verifierKey, WITNESS.verifierKey])).toHaveLength(2);
  });

  test('remembers after its death what it cosigned', () => {
    open().addCheckpoint(grow(honest, 0, 5));
    expect(open().addCheckpoint(grow(honest, 0, 7))).toEqual({ refusal: 'STALE', knownSize: 5n });
    expect(told(open().addCheckpoint(grow(honest, 5, 7)))).toBe('COSIGNED');
  });

  test('gives no cosignature that it could not keep', () => {
    const store = openWitnessStore(directory);
    const full = {
      ...store,
      keep: () => {
        throw new Error('ENOSPC');
      },
    };
    expect(() => open(full).addCheckpoint(grow(honest, 0, 5))).toThrow('ENOSPC');
    expect(open().latest(ORIGIN)).toBeUndefined();
  });

  test('cosigns nothing more of a log whose kept checkpoint is damaged', () => {
    const store = openWitnessStore(directory);
    store.keep(ORIGIN, 'x\n\n— city.example/log AAAAAAA=\n');
    expect(() => open().addCheckpoint(grow(honest, 0, 5))).toThrow('damaged');
  });

  test.each([
    ['another history of the same size', (): string => grow(forked, 5, 5), 'FORKED', 1],
    ['another history that is longer', (): string => grow(forked, 5, 9), 'INCONSISTENT', 1],
    [
      'a longer history under a proof of another',
      (): string => formatAddCheckpoint(5n, honest.proof(5, 9), forked.note(9)),
      'INCONSISTENT',
      1,
    ],
    [
      'a proof although nothing grew',
      (): string => formatAddCheckpoint(5n, honest.proof(5, 9), honest.note(5)),
      'INCONSISTENT',
      0,
    ],
    ['no proof', (): string => formatAddCheckpoint(5n, [], honest.note(9)), 'INCONSISTENT', 1],
    ['another history of the same size, with a size it never saw', (): string => grow(forked, 3, 5), 'FORKED', 1],
    ['what is older than what it knows', (): string => grow(honest, 3, 4), 'STALE', 0],
    ['a size it never saw', (): string => grow(honest, 6, 9), 'STALE', 0],
    ['an old size beyond the checkpoint', (): string => formatAddCheckpoint(9n, [], honest.note(5)), 'MALFORMED', 0],
    [
      'a log it does not follow',
      (): string => formatAddCheckpoint(0n, [], honest.note(9, seededSigner('other.example/log', 1))),
      'UNKNOWN_LOG',
      0,
    ],
    [
      'a signature of another key',
      (): string => formatAddCheckpoint(5n, honest.proof(5, 9), honest.note(9, seededSigner(ORIGIN, 9))),
      'UNSIGNED',
      0,
    ],
    ['a signature of another text', (): string => grow(honest, 5, 9).replace('\n9\n', '\n8\n'), 'UNSIGNED', 0],
    ['no checkpoint', (): string => 'old 5\n\nhello\n\n— a b\n', 'MALFORMED', 0],
    ['64 hashes', (): string => formatAddCheckpoint(5n, Array(64).fill(honest.root(1)), honest.note(9)), 'MALFORMED', 0],
    ['a hash in another spelling', (): string => grow(honest, 5, 9).replace('=\n', '\n'), 'MALFORMED', 0],
    ['nothing', (): string => '', 'MALFORMED', 0],
  ] as const)('refuses %s, and stays where it was', (_, body, refusal, alarms) => {
    const witness = open();
    witness.addCheckpoint(grow(honest, 0, 5));
    const before = witness.latest(ORIGIN);
    expect(witness.addCheckpoint(body())).toMatchObject({ refusal });
    expect(suspicions).toHaveLength(alarms);
    expect(witness.latest(ORIGIN)).toBe(before);
  });

  test('keeps both faces of a log that it caught, as evidence', () => {
    const witness = open();
    witness.addCheckpoint(grow(honest, 0, 5));
    witness.addCheckpoint(grow(forked, 5, 5));
    const [first, second] = readFileSync(join(directory, kept('.fork')[0]!), 'utf8').split(/(?<=\n)\n(?=city)/);
    for (const note of [first!, second!]) expect(verifyNote(parseNote(note), [LOG.verifierKey])).toHaveLength(1);
    expect(first!.split('\n')[2]).not.toBe(second!.split('\n')[2]);
    expect(suspicions).toEqual([{ origin: ORIGIN, kind: 'FORKED', size: 5n, knownSize: 5n }]);
    expect(kept('.unproven')).toEqual([]);
  });

  test('begins with the empty tree only when its root is that of nothing', () => {
    expect(told(open().addCheckpoint(grow(honest, 0, 0)))).toBe('COSIGNED');
    expect(told(open().addCheckpoint(grow(honest, 0, 5)))).toBe('COSIGNED');
    const lying = formatAddCheckpoint(0n, [], honest.note(0)).replace(/^0\n.*$/m, `0\n${Buffer.alloc(32).toString('base64')}`);
    expect(told(open().addCheckpoint(lying))).toBe('UNSIGNED');
  });

  test('takes a proof that does not hold for no fork, and keeps it with the newest checkpoint alone', () => {
    const witness = open();
    witness.addCheckpoint(grow(honest, 0, 5));
    for (const body of [spoiled(5, 9), grow(forked, 5, 7), spoiled(5, 8, forked)]) {
      expect(witness.addCheckpoint(body)).toEqual({ refusal: 'INCONSISTENT' });
      expect(kept('.unproven').map((file) => readFileSync(join(directory, file), 'utf8'))).toEqual([body]);
    }
    expect(kept('.fork')).toEqual([]);
    expect(told(witness.addCheckpoint(grow(honest, 5, 9)))).toBe('COSIGNED');
  });

  test('tells once of what does not go together, until the log has moved on', () => {
    const witness = open();
    witness.addCheckpoint(grow(honest, 0, 5));
    for (let times = 0; times < 3; times++) for (const size of [9, 8]) witness.addCheckpoint(spoiled(5, size));
    // Cosigned again, which anybody can have done, is not moved on.
    witness.addCheckpoint(grow(honest, 5, 5));
    witness.addCheckpoint(spoiled(5, 9));
    expect(suspicions).toEqual([{ origin: ORIGIN, kind: 'INCONSISTENT', size: 9n, knownSize: 5n }]);
    witness.addCheckpoint(grow(honest, 5, 9));
    for (let times = 0; times < 3; times++) for (const body of [spoiled(9, 12), grow(forked, 9, 9)]) witness.addCheckpoint(body);
    expect(suspicions.slice(1)).toEqual([
      { origin: ORIGIN, kind: 'INCONSISTENT', size: 12n, knownSize: 9n },
      { origin: ORIGIN, kind: 'FORKED', size: 9n, knownSize: 9n },
    ]);
  });

  test.each([
    ['a key it does not know', 5, () => honest.note(9, seededSigner(ORIGIN, 9)), 'UNSIGNED'],
    ['nobody', 5, () => `${honest.note(9).slice(0, -99)}${signNote('x\n', LOG).slice(-99)}`, 'UNSIGNED'],
    ['the log, which has it cosigned', 5, () => honest.note(5), 'INCONSISTENT'],
    ['a log that it does not know yet', 0, () => honest.note(9), 'INCONSISTENT'],
  ] as const)('keeps nothing of a proof that does not hold for a checkpoint signed by %s', (_, size, note, refusal) => {
    const witness = open();
    if (size > 0) witness.addCheckpoint(grow(honest, 0, size));
    const files = readdirSync(directory);
    expect(told(witness.addCheckpoint(formatAddCheckpoint(BigInt(size), [Buffer.alloc(32, 9)], note())))).toBe(refusal);
    expect([readdirSync(directory), suspicions]).toEqual([files, []]);
  });

  test('leaves signatures of others out of what it keeps', () => {
    const witness = open();
    witness.addCheckpoint(grow(honest, 0, 5));
    witness.addCheckpoint(spoiled(5, 9) + signNote('x\n', seededSigner('stranger', 3)).repeat(9));
    expect(readFileSync(join(directory, kept('.unproven')[0]!), 'utf8')).toBe(spoiled(5, 9));
  });

  test('tells of it also when it cannot be kept', () => {
    const full = () => {
      throw new Error('ENOSPC');
    };
    const witness = open({ ...openWitnessStore(directory), keepFork: full, keepUnproven: full });
    witness.addCheckpoint(grow(honest, 0, 5));
    for (const body of [grow(forked, 5, 5), spoiled(5, 9)]) expect(() => witness.addCheckpoint(body)).toThrow('ENOSPC');
    expect(suspicions.map(({ kind }) => kind)).toEqual(['FORKED', 'INCONSISTENT']);
  });

  test('never cosigns two histories, whatever it is sent', () => {
    const step = fc.record({
      log: fc.constantFrom(honest, forked),
      from: fc.integer({ min: 0, max: 12 }),
      by: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const notes = new Map<string, string>();
        const store = { read: (o: string) => notes.get(o), keep: (o: string, n: string) => void notes.set(o, n) };
        const witness = open({ ...store, keepFork: () => {}, keepUnproven: () => {} });
        const seen = steps.filter(({ log, from, by }) => told(witness.addCheckpoint(grow(log, from, from + by))) === 'COSIGNED');
        const sizes = seen.map(({ from, by }) => from + by);
        // The empty tree is the beginning of both.
        expect(new Set(seen.filter(({ from, by }) => from + by > 0).map(({ log }) => log)).size).toBeLessThanOrEqual(1);
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
      }),
      { numRuns: 60, seed: 4 },
    );
  });
});
