import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { archivedEntries } from '../querylog/archived-entries.ts';
import { publishLogKey, storeCheckpoint, storeCosignature } from '../querylog/checkpoint-store.ts';
import { emptyLog } from '../querylog/empty-log.fixture.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { storePolicyVersion } from '../querylog/policy-versions.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { createCheckpointSigner } from '../querylog/sign-checkpoint.ts';
import { cosignNote } from '../querylog/signed-note.ts';
import { LOG, ORIGIN, seededSigner, WITNESS } from '../witness/witness.fixture.ts';
import { memoryCopy } from './evidence.fixture.ts';
import { openDatabaseCopy } from './database-copy.ts';
import { openDirectoryCopy } from './directory-copy.ts';
import { exportLog } from './export-log.ts';
import { verifyLog } from './verify-log.ts';
import { unlessArchived } from './with-archive.ts';

const versionOf = (content: string) => ({ hash: createHash('sha256').update(content).digest('hex'), content });
const VERSION = versionOf('{"policy":"kept"}');
let db: Db;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await emptyLog(db);
  await publishLogKey(db, LOG.verifierKey);
  const log = createQueryLog({ db, origin: ORIGIN });
  for (const size of [1, 300, 600]) {
    const have = size === 1 ? 0 : size === 300 ? 1 : 300;
    await Promise.all(Array.from({ length: size - have }, (_, n) => log.append(entryOf(`r${have + n}`))));
    await forced(`UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
    await createCheckpointSigner(db, LOG).sign();
  }
});

const copy = () => openDatabaseCopy(db);
const faults = async () => {
  const { findings, checkpoint } = await verifyLog(copy(), { keys: [LOG.verifierKey], toleranceMs: 0 });
  expect(checkpoint?.size).toBe(600n);
  return findings.faults.map(({ kind, at }) => `${kind} ${at}`);
};
/** What an operator with the database's superuser can do. */
const forced = (sql: string) => db.exec(`SET session_replication_role = replica; ${sql}; SET session_replication_role = DEFAULT`);

describe('a log in its database', () => {
  test('is not copied with a gap when entries are archived meanwhile', async () => {
    const reading = unlessArchived(copy(), 0n, () => archivedEntries(db));
    expect(await reading.bundle({ index: 0n, width: 256 })).toEqual(await copy().bundle({ index: 0n, width: 256 }));
    await forced('DELETE FROM querylog.entry WHERE seq < 300; UPDATE querylog.head SET archived = 300');
    const directory = mkdtempSync(join(tmpdir(), 'evidence-'));
    await expect(exportLog(reading, directory)).rejects.toThrow('Entries were archived meanwhile: run it again');
    expect(await openDirectoryCopy(directory).newest()).toBeUndefined();
    rmSync(directory, { recursive: true });
  });

  test('verifies, and so does its export', async () => {
    expect(await faults()).toEqual([]);
    const directory = mkdtempSync(join(tmpdir(), 'evidence-'));
    expect(await exportLog(copy(), directory)).toEqual({ before: 0n, size: 600n, checkpoints: 3n });
    const { findings } = await verifyLog(openDirectoryCopy(directory), { keys: [LOG.verifierKey], toleranceMs: 0 });
    expect(findings.faults).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  test('takes the cosignatures with it whose keys are known: of every witness that is kept with its key, or named', async () => {
    const older = seededSigner('witness.example/w9', 9, WITNESS.verifierKey.type);
    const [text] = ((await copy().newest()) ?? '').split(/(?<=\n)\n/);
    for (const signer of [WITNESS, older]) await storeCosignature(db, 600n, signer.verifierKey, cosignNote(text!, signer, 1n));
    await forced(`DELETE FROM querylog.witness_key WHERE verifier_key LIKE 'witness.example/w9+%'`);
    const newest = (await copy().newest())!;
    expect(newest).toContain('— witness.example/w1 ');
    expect(newest).not.toContain('— witness.example/w9 ');
    expect(await faults()).toEqual([]);
    const named = openDatabaseCopy(db, { witnesses: [older.verifierKey, WITNESS.verifierKey] });
    expect(await named.newest()).toContain('— witness.example/w9 ');
    expect(await named.keys()).toEqual([LOG.verifierKey, WITNESS.verifierKey, older.verifierKey]);
  });

  test('holds entries against the policy versions that are kept with it', async () => {
    await storePolicyVersion(db, VERSION);
    expect(await faults()).toContain('UNKNOWN_POLICY index 0');
    const decided = createQueryLog({ db, origin: ORIGIN });
    await decided.append(entryOf('known', { policyHash: VERSION.hash }));
    await createCheckpointSigner(db, LOG).sign();
    const { findings } = await verifyLog(copy(), { toleranceMs: 0 });
    expect(findings.counts).toEqual({ UNKNOWN_POLICY: 600 });
  });

  test.each(['newest', 'policies', 'keys'] as const)(
    'is verified as it stood, while gateways sign on and decide by a new policy and a witness comes (between its %s and the rest)',
    async (step) => {
      const [text] = ((await copy().newest()) ?? '').split(/(?<=\n)\n/);
      await storePolicyVersion(db, versionOf('{"policy":"of old"}'));
      const running = copy();
      const read = running[step] as () => Promise<never>;
      const goesOn = async () => {
        const answer = await read();
        await storePolicyVersion(db, VERSION);
        await createQueryLog({ db, origin: ORIGIN }).append(entryOf('meanwhile', { policyHash: VERSION.hash }));
        await forced(`UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
        expect(await createCheckpointSigner(db, LOG).sign()).toMatchObject({ size: 601n });
        await storeCosignature(db, 600n, WITNESS.verifierKey, cosignNote(text!, WITNESS, 1n));
        return answer;
      };
      const { findings, checkpoint } = await verifyLog({ ...running, [step]: goesOn }, { toleranceMs: 0 });
      expect(checkpoint?.size).toBe(600n);
      // The 600 before were decided by a version that nobody kept.
      expect(findings.counts).toEqual({ UNKNOWN_POLICY: 600 });
    },
  );

  test('finds a line of a witness whose key does not explain it', async () => {
    const [text] = ((await copy().newest()) ?? '').split(/(?<=\n)\n/);
    await storeCosignature(db, 600n, WITNESS.verifierKey, cosignNote(`${text!}x\n`, WITNESS, 1n));
    expect((await verifyLog(copy(), { toleranceMs: 0 })).findings.faults).toEqual([
      { kind: 'BAD_SIGNATURE', at: 'the newest checkpoint' },
    ]);
  });

  test.each([
    [
      'an entry was changed',
      `UPDATE querylog.entry SET canonical = replace(canonical, 'r7"', 'r8"') WHERE seq = 7`,
      'CHANGED_ENTRY index 7',
    ],
    [
      'an entry was changed that is in no tile yet',
      `UPDATE querylog.entry SET canonical = replace(canonical, 'r599', 'r999') WHERE seq = 599`,
      'CHANGED_ENTRY index 599',
    ],
    [
      'an entry was made longer than any can be',
      `UPDATE querylog.entry SET canonical = canonical || repeat(' ', 70000) WHERE seq = 7`,
      'CHANGED_ENTRY index 7',
    ],
    ['an entry was deleted', 'DELETE FROM querylog.entry WHERE seq = 7', 'DROPPED_ENTRY index 7'],
    [
      'an entry was put in twice',
      `INSERT INTO querylog.entry SELECT seq, at - interval '1 s', leaf_hash, canonical FROM querylog.entry WHERE seq = 7`,
      'INSERTED_ENTRY index 8',
    ],
    [
      'two entries changed places',
      'UPDATE querylog.entry SET seq = -1 WHERE seq = 7; UPDATE querylog.entry SET seq = 7 WHERE seq = 8; UPDATE querylog.entry SET seq = 8 WHERE seq = -1',
      'REORDERED index 7',
    ],
    ['the last entries were deleted', 'DELETE FROM querylog.entry WHERE seq >= 512', 'TRUNCATED index 512'],
    [
      'a tile was changed',
      `UPDATE querylog.tile SET hashes = set_byte(hashes, 9, 255 - get_byte(hashes, 9)) WHERE level = 0 AND index = 1`,
      'TAMPERED_TILE tile/0/001',
    ],
    ['a tile was deleted', 'DELETE FROM querylog.tile WHERE level = 1', 'TAMPERED_TILE tile/1/000.p/2'],
    [
      'an entry stands behind the end',
      `INSERT INTO querylog.entry SELECT 900, at, leaf_hash, canonical FROM querylog.entry WHERE seq = 7`,
      'FOREIGN_FILE index 900',
    ],
    [
      'a signature was changed',
      `UPDATE querylog.checkpoint SET note = replace(note, E'\\n300\\n', E'\\n301\\n') WHERE size = 300`,
      'BAD_SIGNATURE checkpoint 1',
    ],
    [
      'a checkpoint was made something else',
      `UPDATE querylog.checkpoint SET note = 'x' WHERE size = 300`,
      'MALFORMED checkpoint 1',
    ],
    ['a key was made something else', `UPDATE querylog.log_key SET verifier_key = 'x'`, 'MALFORMED keys'],
  ])('does not verify when %s', async (_, sql, fault) => {
    await forced(sql);
    expect(await faults()).toContain(fault);
  });

  test('does not verify when the newest checkpoint was made something else, and says so', async () => {
    await forced(`UPDATE querylog.checkpoint SET note = 'x' WHERE size = 600`);
    const { findings } = await verifyLog(copy(), { keys: [LOG.verifierKey], toleranceMs: 0 });
    expect(findings.faults).toEqual([{ kind: 'MALFORMED', at: 'the newest checkpoint' }]);
  });

  test('does not verify with a checkpoint of another history among its own', async () => {
    const fork = memoryCopy({ entries: Array.from({ length: 400 }, (_, n) => `fork ${n}`), sizes: [400] });
    await storeCheckpoint(db, 400n, (await fork.newest())!.replace(/— witness.*\n/, ''));
    expect(await faults()).toEqual(['FORKED_CHECKPOINT size 400']);
  });
});
