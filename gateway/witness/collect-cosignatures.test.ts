import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { newestCheckpoint, publishLogKey, storeCheckpoint } from '../querylog/checkpoint-store.ts';
import { emptyLog } from '../querylog/empty-log.fixture.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { createCheckpointSigner } from '../querylog/sign-checkpoint.ts';
import { parseNote, verifyNote } from '../querylog/signed-note.ts';
import { askWitness } from './ask-witness.ts';
import { createCosignatureCollector } from './collect-cosignatures.ts';
import { createWitness, type Witness } from './witness.ts';
import { LOG, logOf, ORIGIN, WITNESS } from './witness.fixture.ts';

let db: Db;
let witness: Witness;
let now: number;
let asked: number;
let reachable: boolean;
const reports: string[] = [];

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await emptyLog(db);
  await publishLogKey(db, LOG.verifierKey);
  const kept = new Map<string, string>();
  const store = {
    read: (o: string) => kept.get(o),
    keep: (o: string, n: string) => void kept.set(o, n),
    keepFork: () => {},
    keepUnproven: () => {},
  };
  witness = createWitness({ signer: WITNESS, logs: [LOG.verifierKey], store, clock: () => 0, report: () => {} });
  [now, asked, reachable] = [0, 0, true];
  reports.length = 0;
});

const STATUS = { MALFORMED: 400, UNSIGNED: 403, UNKNOWN_LOG: 404, STALE: 409, INCONSISTENT: 422, FORKED: 409 } as const;
/** The witness without its wire. */
const fetcher = async (_: unknown, init?: { body?: unknown }) => {
  asked++;
  if (!reachable) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  const verdict = witness.addCheckpoint(String(init?.body));
  if ('cosignature' in verdict) return new Response(verdict.cosignature);
  return new Response(`${verdict.knownSize}\n`, { status: STATUS[verdict.refusal] });
};
const collector = (wire: (url: unknown, init?: { body?: unknown }) => Promise<Response> = fetcher) =>
  createCosignatureCollector({
    db,
    witnesses: [{ url: 'http://w1', key: WITNESS.verifierKey }],
    clock: () => now,
    report: ({ witness: name, url, state, reason }) => reports.push([name, url, state, reason].filter(Boolean).join(' ')),
    ask: (address, toCosign, believed) => askWitness(address, toCosign, believed, wire as typeof fetch),
  });
const grow = async (count: number) => {
  const log = createQueryLog({ db, origin: ORIGIN });
  await Promise.all(Array.from({ length: count }, (_, n) => log.append(entryOf(`r${n}`))));
  await db.exec(`SET session_replication_role = replica; UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
  await db.exec('SET session_replication_role = DEFAULT');
  await createCheckpointSigner(db, LOG).sign();
};
const cosigned = async () =>
  verifyNote(parseNote((await newestCheckpoint(db))!.note), [LOG.verifierKey, WITNESS.verifierKey]).length === 2;

describe('the cosignatures of a log', () => {
  test('come from its witness for each checkpoint, by a proof from the one before', async () => {
    const { collect, states } = collector();
    for (const count of [3, 300, 300]) {
      await grow(count);
      await collect();
      expect(await cosigned()).toBe(true);
    }
    await collect();
    expect(asked).toBe(3);
    expect(states()).toEqual({ 'witness.example/w1': 'FOLLOWING' });
  });

  test('come again after a restart that has forgotten what the witness knows', async () => {
    await grow(3);
    await collector().collect();
    await grow(300);
    await collector().collect();
    expect(await cosigned()).toBe(true);
  });

  test('wait for a witness that is away, longer each time, and catch up', async () => {
    const { collect, states } = collector();
    await grow(3);
    reachable = false;
    for (now = 0; now < 10_000; now += 500) await collect();
    expect(asked).toBe(4);
    expect([states(), reports]).toEqual([
      { 'witness.example/w1': 'BEHIND' },
      ['witness.example/w1 http://w1 BEHIND it could not be asked (ECONNREFUSED)'],
    ]);
    [reachable, now] = [true, 70_000];
    await collect();
    expect(await cosigned()).toBe(true);
    expect(reports.at(-1)).toBe('witness.example/w1 http://w1 FOLLOWING');
  });

  test.each([
    ['refused to a fork', 3, 'it answers 409: it has cosigned another tree of this size'],
    [
      'refused to a log that rewrote what the witness saw',
      2,
      'it answers 422: it has cosigned a tree that this one does not continue',
    ],
    ['missing for a log that has lost what the witness saw', 9, 'it has cosigned more entries than this log has'],
  ])('are %s, which is an alarm', async (_, size, reason) => {
    witness.addCheckpoint(`old 0\n\n${logOf('another history', size).note(size)}`);
    const { collect, states } = collector();
    await grow(3);
    await collect();
    expect([states(), reports]).toEqual([{ 'witness.example/w1': 'ALARM' }, [`witness.example/w1 http://w1 ALARM ${reason}`]]);
    expect(await cosigned()).toBe(false);
  });

  test.each([
    [503, 'it answers 503'],
    [404, 'it answers 404: it does not follow this log, or nothing of a witness is at this address'],
  ])('are refused with %i, of which an operator is told what it means', async (status, reason) => {
    const refusing = collector(async () => new Response('no\n', { status }));
    await grow(3);
    await refusing.collect();
    expect(reports).toEqual([`witness.example/w1 http://w1 REFUSING ${reason}`]);
  });

  test('are asked for nothing while there is no checkpoint', async () => {
    await collector().collect();
    expect(asked).toBe(0);
    await storeCheckpoint(db, 3n, logOf('x', 3).note(3));
    await collector().collect();
    expect(asked).toBe(1);
  });
});
