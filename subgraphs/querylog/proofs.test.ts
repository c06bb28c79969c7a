import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { logReading } from '../../gateway/audit/log-reading.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { verifyConsistency, verifyInclusion } from '../../gateway/querylog/merkle.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { publishLogKey } from '../../gateway/querylog/checkpoint-store.ts';
import { createCheckpointSigner } from '../../gateway/querylog/sign-checkpoint.ts';
import { formatVerifierKey, noteSigner } from '../../gateway/querylog/signed-note.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { generateKeyPairSync } from 'node:crypto';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, testSubgraph } from '../kit/test-subgraph.ts';
import { querylogSubgraph } from './department.ts';
import { NO_DESKS } from './desks.fixture.ts';

const ORIGIN = 'city.example/log';
/** More than a tile of 256, and no power of two. */
const ENTRIES = 300;

let db: Db;
let log: ReturnType<typeof testSubgraph>;
const receipts: Receipt[] = [];
const signer = noteSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey);

beforeAll(async () => {
  db = await openTestDatabase();
  const clock = Date.now;
  log = testSubgraph(
    querylogSubgraph(logReading({ db, origin: ORIGIN, policies: { current: () => policies }, clock }), NO_DESKS),
    db,
  );
}, 60_000);
afterAll(() => db.close());

const bytes = (hex: string) => Buffer.from(hex, 'hex');

async function ask<T>(query: string): Promise<T> {
  const { data, errors } = await log.ask(CALLERS.public, query);
  if (errors) throw new Error(JSON.stringify(errors));
  return data as T;
}

interface Proof {
  checkpoint: { treeSize: string; rootHash: string; note: string; verifierKeys: string[] };
  inclusionProof: { index: string; treeSize: string; hashes: string[] };
}

test('has no proof for a receipt before a checkpoint covers it', async () => {
  const writer = createQueryLog({ db, origin: ORIGIN });
  const appended = Array.from({ length: ENTRIES }, (_, n) => writer.append(entryOf(`r${n}`)));
  receipts.push(...(await Promise.all(appended)));
  await writer.close();
  expect(await ask('{ checkpoint { note } logProof(index: "0") { inclusionProof { index } } }')).toEqual({
    checkpoint: null,
    logProof: null,
  });
  await publishLogKey(db, signer.verifierKey);
  await createCheckpointSigner(db, signer).sign();
});

test('proves every receipt under the newest checkpoint', async () => {
  const selection = '{ checkpoint { treeSize rootHash note verifierKeys } inclusionProof { index treeSize hashes } }';
  for (const { index, leafHash } of receipts.filter((_, n) => n % 37 === 0 || n > ENTRIES - 4)) {
    const { logProof } = await ask<{ logProof: Proof }>(`{ logProof(index: "${index}") ${selection} }`);
    const { checkpoint, inclusionProof } = logProof;
    expect(checkpoint).toMatchObject({ treeSize: String(ENTRIES), verifierKeys: [formatVerifierKey(signer.verifierKey)] });
    expect(checkpoint.note).toContain(`${ORIGIN}\n${ENTRIES}\n`);
    const claim = {
      leafIndex: BigInt(inclusionProof.index),
      treeSize: BigInt(inclusionProof.treeSize),
      leafHash: bytes(leafHash),
      proof: inclusionProof.hashes.map(bytes),
      root: bytes(checkpoint.rootHash),
    };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, leafHash: bytes(receipts[(Number(index) + 1) % ENTRIES]?.leafHash ?? '') })).toBe(false);
  }
});

test('proves an entry in a smaller log, and that the log only grew from it', async () => {
  const { inclusionProof, consistencyProof, checkpoint } = await ask<{
    inclusionProof: Proof['inclusionProof'];
    consistencyProof: { hashes: string[] };
    checkpoint: Proof['checkpoint'];
  }>(
    `{ inclusionProof(index: "0", treeSize: "1") { hashes } consistencyProof(from: "1", to: "${ENTRIES}") { hashes } checkpoint { rootHash } }`,
  );
  expect(inclusionProof.hashes).toEqual([]);
  const root1 = bytes(receipts[0]?.leafHash ?? '');
  const claim = {
    size1: 1n,
    size2: BigInt(ENTRIES),
    root1,
    root2: bytes(checkpoint.rootHash),
    proof: consistencyProof.hashes.map(bytes),
  };
  expect(verifyConsistency(claim)).toBe(true);
  expect(verifyConsistency({ ...claim, root1: bytes(receipts[1]?.leafHash ?? '') })).toBe(false);
});

test.each([
  ['an entry outside of the log', `inclusionProof(index: "${ENTRIES}") { hashes }`],
  ['a log larger than there is', `inclusionProof(index: "0", treeSize: "${ENTRIES + 1}") { hashes }`],
  ['a log that shrank', 'consistencyProof(from: "2", to: "1") { hashes }'],
  ['a log of nothing', 'consistencyProof(from: "0", to: "1") { hashes }'],
  ['a position that is none', 'logProof(index: "-1") { inclusionProof { index } }'],
])('has no proof of %s', async (_, query) => {
  await expect(ask(`{ ${query} }`)).rejects.toThrow('INPUT_INVALID');
});
