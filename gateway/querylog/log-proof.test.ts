import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { newestCheckpoint, publishLogKey, storeCosignature } from './checkpoint-store.ts';
import { entryOf } from './entry.fixture.ts';
import type { Receipt } from './entry.ts';
import { logProof } from './log-proof.ts';
import { parseProvenReceipt, type ProvenReceipt, verifyProvenReceipt } from './proven-receipt.ts';
import { createQueryLog } from './query-log.ts';
import { createCheckpointSigner } from './sign-checkpoint.ts';
import { COSIGNATURE, cosignNote, noteSigner, parseNote, type VerifierKey } from './signed-note.ts';

const ORIGIN = 'city.example/log';
const SIZE = 600;
const signer = noteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
const witness = noteSigner('w.example', generateKeyPairSync('ed25519').privateKey, COSIGNATURE);

let db: Db;
let receipts: Receipt[];
let unsigned: Receipt;
let beforeSigning: unknown;
beforeAll(async () => {
  db = await openTestDatabase();
  const log = createQueryLog({ db, origin: ORIGIN });
  receipts = await Promise.all(Array.from({ length: SIZE }, (_, n) => log.append(entryOf(`r${n}`))));
  beforeSigning = await logProof(db, ORIGIN, receipts[0]!);
  await publishLogKey(db, signer.verifierKey);
  await createCheckpointSigner(db, signer).sign();
  const text = parseNote((await newestCheckpoint(db))?.note ?? '').text;
  await storeCosignature(db, BigInt(SIZE), witness.verifierKey, cosignNote(text, witness, 7n));
  unsigned = await log.append(entryOf('later'));
});
afterAll(() => db.close());

const proven = async (receipt: Receipt) => (await logProof(db, ORIGIN, receipt)) as ProvenReceipt;

describe('a receipt', () => {
  test.each([0, 1, 255, 256, 511, 512, 598, 599])('of entry %i of 600 is proven by the newest checkpoint', async (index) => {
    const file = JSON.stringify(await proven(receipts[index]!));
    const outcome = verifyProvenReceipt(parseProvenReceipt(file)!, [signer.verifierKey, witness.verifierKey]);
    expect(outcome).toEqual({
      receipt: receipts[index],
      treeSize: BigInt(SIZE),
      signatures: [{ key: signer.verifierKey }, { key: witness.verifierKey, time: 7n }],
    });
  });

  test('whose checkpoint is still to be signed has no proof yet', async () => {
    expect([beforeSigning, await logProof(db, ORIGIN, unsigned)]).toEqual(['NOT_YET', 'NOT_YET']);
  });

  test.each<[string, () => Receipt]>([
    ['another log', () => ({ ...receipts[3]!, origin: 'other.example/log' })],
    ['another entry', () => ({ ...receipts[3]!, index: '4' })],
    ['no entry yet', () => ({ ...receipts[3]!, index: '700' })],
    ['an entry still unsigned, and another one', () => ({ ...receipts[3]!, index: '600' })],
    ['no position', () => ({ ...receipts[3]!, index: '-1' })],
    ['a position beyond all', () => ({ ...receipts[3]!, index: '9'.repeat(40) })],
  ])('of %s has none at all', async (_, receipt) => {
    expect(await logProof(db, ORIGIN, receipt())).toBe('UNKNOWN');
  });
});

describe('a file', () => {
  const stranger = noteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);
  type Change = (file: ProvenReceipt) => ProvenReceipt;
  const changed =
    (receipt: Partial<Receipt>): Change =>
    (file) => ({ ...file, receipt: { ...file.receipt, ...receipt } });

  test.each<[string, Change, readonly VerifierKey[], string]>([
    ['with another index', changed({ index: '8' }), [signer.verifierKey], 'NOT_INCLUDED'],
    ['with an index behind the checkpoint', changed({ index: '600' }), [signer.verifierKey], 'NOT_INCLUDED'],
    ['with another hash', changed({ leafHash: 'a'.repeat(64) }), [signer.verifierKey], 'NOT_INCLUDED'],
    ['of another log', changed({ origin: 'x' }), [signer.verifierKey], 'OTHER_LOG'],
    ['without a step', (file) => ({ ...file, proof: file.proof.slice(1) }), [signer.verifierKey], 'NOT_INCLUDED'],
    [
      'with another size',
      (file) => ({ ...file, checkpoint: file.checkpoint.replace('\n600\n', '\n601\n') }),
      [signer.verifierKey],
      'BAD_SIGNATURE',
    ],
    ['that is no note', (file) => ({ ...file, checkpoint: 'x' }), [signer.verifierKey], 'MALFORMED'],
    ['signed by nobody who is trusted', (file) => file, [stranger.verifierKey], 'NOT_SIGNED'],
    ['signed by a witness alone', (file) => file, [witness.verifierKey], 'NOT_SIGNED'],
    ['verified with no key', (file) => file, [], 'NOT_SIGNED'],
  ])('%s proves nothing', async (_, change, keys, fault) => {
    expect(verifyProvenReceipt(change(await proven(receipts[7]!)), keys)).toBe(fault);
  });

  test.each(['', '{}', 'null', '[1'])('of %j is none', (text) => {
    expect(parseProvenReceipt(text)).toBeUndefined();
  });

  test('with a member too many, or a hash spelled otherwise, is none', async () => {
    const file = await proven(receipts[7]!);
    expect(parseProvenReceipt(JSON.stringify({ ...file, extra: 1 }))).toBeUndefined();
    expect(
      parseProvenReceipt(JSON.stringify({ ...file, proof: file.proof.map((hash) => hash.replace('=', '')) })),
    ).toBeUndefined();
  });
});
