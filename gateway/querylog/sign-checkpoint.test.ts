import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { notesAfter, logKeys, newestCheckpoint, publishLogKey, storeCosignature } from './checkpoint-store.ts';
import { emptyLog } from './empty-log.fixture.ts';
import { entryOf } from './entry.fixture.ts';
import { rootHash } from './merkle.ts';
import { createQueryLog } from './query-log.ts';
import { createCheckpointSigner } from './sign-checkpoint.ts';
import {
  COSIGNATURE,
  cosignNote,
  formatVerifierKey,
  joinNote,
  noteSigner,
  parseNote,
  signNote,
  verifyNote,
} from './signed-note.ts';

const signer = noteSigner('city.example/log', generateKeyPairSync('ed25519').privateKey);
const { verifierKey } = signer;

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => emptyLog(db));

async function append(count: number): Promise<void> {
  const log = createQueryLog({ db, origin: verifierKey.name });
  await Promise.all(Array.from({ length: count }, (_, n) => log.append(entryOf(`c${n}`))));
}
/** The last checkpoint gets older than what is fresh. */
const later = () =>
  db.exec(
    `ALTER TABLE querylog.checkpoint DISABLE TRIGGER USER; UPDATE querylog.checkpoint SET at = at - interval '1 s'; ALTER TABLE querylog.checkpoint ENABLE TRIGGER USER`,
  );
const rootOf = async (size: number) => {
  const { rows } = await db.query<{ leaf_hash: Uint8Array }>('SELECT leaf_hash FROM querylog.entry WHERE seq < $1 ORDER BY seq', [
    size,
  ]);
  return Buffer.from(rootHash(rows.map((row) => row.leaf_hash)));
};

describe('a log', () => {
  test('is not signed under another name than before, which nobody could verify together', async () => {
    await append(2);
    await createCheckpointSigner(db, signer).sign();
    await append(1);
    await later();
    const renamed = noteSigner('other.example/log', generateKeyPairSync('ed25519').privateKey);
    await expect(createCheckpointSigner(db, renamed).sign()).rejects.toThrow(
      'signed as city.example/log, not as other.example/log',
    );
    expect(await newestCheckpoint(db)).toMatchObject({ size: 2n });
  });

  test('is signed when there is news, with its size and its root', async () => {
    const { sign } = createCheckpointSigner(db, signer);
    expect(await sign()).toBeUndefined();
    expect(await newestCheckpoint(db)).toBeUndefined();
    await append(300);
    await sign();
    expect(await sign()).toBeUndefined();
    const stored = await newestCheckpoint(db);
    expect(stored).toMatchObject({ origin: 'city.example/log', size: 300n, root: await rootOf(300) });
    const note = parseNote(stored?.note ?? '');
    expect(note.text).toBe(`city.example/log\n300\n${(await rootOf(300)).toString('base64')}\n`);
    expect(verifyNote(note, [verifierKey])).toEqual([{ key: verifierKey }]);
  });

  test('is signed once by several gateways, and again when it has grown and a moment has passed', async () => {
    const gateways = [1, 2, 3].map(() => createCheckpointSigner(db, signer));
    await append(5);
    await Promise.all(gateways.map(({ sign }) => sign()));
    await append(5);
    expect(await gateways[0]?.sign()).toBeUndefined();
    await later();
    await Promise.all(gateways.map(({ sign }) => sign()));
    expect((await notesAfter(db, 0n, 9)).map(({ size }) => size)).toEqual([5n, 10n]);
    expect((await notesAfter(db, 5n, 9)).map(({ size }) => size)).toEqual([10n]);
  });

  test.each<[string, string]>([
    ['has lost entries', `UPDATE querylog.head SET size = 0, integrated = 0, peaks = ''`],
    ['has another beginning', `UPDATE querylog.head SET peaks = sha256('') || substring(peaks FROM 33)`],
  ])('that %s is not signed, even where the checkpoints are gone', async (_, change) => {
    const { sign } = createCheckpointSigner(db, signer);
    await append(300);
    await sign();
    await later();
    await append(1);
    await db.exec('ALTER TABLE querylog.checkpoint DISABLE TRIGGER USER');
    await db.exec(change);
    await expect(createCheckpointSigner(db, signer).sign()).rejects.toThrow('自相矛盾');
    await db.exec('DELETE FROM querylog.checkpoint');
    if (!change.includes('size = 0')) await expect(sign()).rejects.toThrow('自相矛盾');
    expect(await newestCheckpoint(db)).toBeUndefined();
  });

  test('keeps every key that ever signed it, and what was signed with one is verified by it after the next has come', async () => {
    const next = noteSigner(verifierKey.name, generateKeyPairSync('ed25519').privateKey);
    await publishLogKey(db, verifierKey);
    await append(1);
    await createCheckpointSigner(db, signer).sign();
    await later();
    await publishLogKey(db, next.verifierKey);
    await publishLogKey(db, verifierKey);
    await append(1);
    await createCheckpointSigner(db, next).sign();
    const keys = await logKeys(db);
    expect(keys.map(formatVerifierKey)).toEqual([verifierKey, next.verifierKey].map(formatVerifierKey));
    const signedBy = (await notesAfter(db, 0n, 9)).map(({ note }) => verifyNote(parseNote(note), keys)[0]?.key.keyId);
    expect(signedBy).toEqual([verifierKey.keyId, next.verifierKey.keyId]);
  });
});

describe('a stored checkpoint', () => {
  test('carries the signatures of witnesses behind the log’s own, the first that each gave', async () => {
    await append(2);
    await createCheckpointSigner(db, signer).sign();
    const text = parseNote((await newestCheckpoint(db))?.note ?? '').text;
    const witnesses = ['w2.example', 'w1.example'].map((name) =>
      noteSigner(name, generateKeyPairSync('ed25519').privateKey, COSIGNATURE),
    );
    const lines = witnesses.map((witness) => cosignNote(text, witness, 7n));
    for (const [n, witness] of witnesses.entries()) await storeCosignature(db, 2n, witness.verifierKey, lines[n] ?? '');
    await storeCosignature(db, 2n, witnesses[0]!.verifierKey, cosignNote(text, witnesses[0]!, 8n));
    const note = (await newestCheckpoint(db))?.note ?? '';
    expect(note).toBe(joinNote(text, [signNote(text, signer), lines[1] ?? '', lines[0] ?? '']));
    await expect(storeCosignature(db, 3n, witnesses[0]!.verifierKey, 'x')).rejects.toMatchObject({ sqlState: '23503' });
  });

  test.each(['log_key', 'checkpoint', 'cosignature'])('stays, like all of querylog.%s', async (table) => {
    for (const change of [`DELETE FROM querylog.${table}`, `TRUNCATE querylog.${table} CASCADE`])
      await expect(db.exec(change)).rejects.toMatchObject({ sqlState: '42501' });
  });
});
