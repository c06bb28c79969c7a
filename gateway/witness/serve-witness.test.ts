import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseNote, verifyNote } from '../querylog/signed-note.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';
import { askWitness } from './ask-witness.ts';
import { originHash } from './origin-hash.ts';
import { serveWitness } from './serve-witness.ts';
import { createWitness, type Witness } from './witness.ts';
import { LOG, logOf, ORIGIN, seededSigner, WITNESS } from './witness.fixture.ts';
import { openWitnessStore } from './witness-store.ts';

const honest = logOf('honest', 300);
const forked = logOf('forked', 300);
const logs = [LOG.verifierKey];
let directory: string;
let witness: Witness;
let served: Awaited<ReturnType<typeof serveWitness>>;
const reported: unknown[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'witness-'));
  const store = openWitnessStore(directory);
  witness = createWitness({ signer: WITNESS, logs, store, clock: () => 0, report: () => {} });
  served = await serveWitness(
    { addCheckpoint: (body) => witness.addCheckpoint(body), latest: (origin) => witness.latest(origin) },
    { host: '127.0.0.1', port: 0, logs, report: (error) => reported.push(error) },
  );
  reported.length = 0;
});
afterEach(async () => {
  await served.close();
  rmSync(directory, { recursive: true });
});

const post = async (body: string) => {
  const response = await fetch(`${served.url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const toCosign = (log: typeof honest, size: number) => ({
  note: log.note(size),
  size: BigInt(size),
  proofFrom: async (oldSize: bigint) => log.proof(Number(oldSize), size),
});
const ask = (log: typeof honest, size: number, believed: bigint, key = WITNESS.verifierKey) =>
  askWitness({ url: served.url, key }, toCosign(log, size), believed);

describe('over HTTP (C2SP tlog-witness)', () => {
  test('a cosignature is 200 and verifies under the checkpoint', async () => {
    const { status, text } = await post(formatAddCheckpoint(0n, [], honest.note(5)));
    expect(status).toBe(200);
    expect(verifyNote(parseNote(honest.note(5) + text), [WITNESS.verifierKey])).toHaveLength(1);
  });

  test('another old size is 409 with the known one', async () => {
    await post(formatAddCheckpoint(0n, [], honest.note(5)));
    const answer = await post(formatAddCheckpoint(0n, [], honest.note(9)));
    expect(answer).toEqual({ status: 409, type: 'text/x.tlog.size', text: '5\n' });
  });

  test.each([
    ['a fork', 409, () => formatAddCheckpoint(5n, [], forked.note(5))],
    ['a wrong proof', 422, () => formatAddCheckpoint(5n, forked.proof(5, 9), honest.note(9))],
    ['a key it does not know', 403, () => formatAddCheckpoint(5n, [], honest.note(5, seededSigner(ORIGIN, 9)))],
    ['a log it does not follow', 404, () => formatAddCheckpoint(0n, [], honest.note(5, seededSigner('other', 9)))],
    ['anything else', 400, (): string => 'old five\n\n'],
    ['a megabyte', 413, (): string => 'x'.repeat(1_000_000)],
  ] as const)('%s is %i', async (_, status, body) => {
    await post(formatAddCheckpoint(0n, [], honest.note(5)));
    expect((await post(body())).status).toBe(status);
  });

  test('what it cosigned last is there for everybody', async () => {
    const at = `${served.url}/${originHash(ORIGIN)}/checkpoint`;
    expect((await fetch(at)).status).toBe(404);
    await post(formatAddCheckpoint(0n, [], honest.note(5)));
    expect(await (await fetch(at)).text()).toBe(witness.latest(ORIGIN));
    expect((await fetch(`${served.url}/../../etc/passwd`)).status).toBe(404);
    expect((await fetch(`${served.url}/add-checkpoint`)).status).toBe(405);
    expect((await fetch(`${served.url}/health/live`)).status).toBe(200);
  });

  test('a failure says nothing but that it failed', async () => {
    witness = {
      ...witness,
      addCheckpoint: () => {
        throw new Error('the disk /secret/path is full');
      },
    };
    expect(await post('x')).toMatchObject({ status: 500, text: 'failed\n' });
    expect(reported).toHaveLength(1);
  });
});

describe('a log that asks', () => {
  test('is cosigned from what it believes the witness knows', async () => {
    expect(await ask(honest, 7, 0n)).toMatchObject({ outcome: 'COSIGNED', knownSize: 7n });
    expect(await ask(honest, 300, 7n)).toMatchObject({ outcome: 'COSIGNED', knownSize: 300n });
    expect(await ask(honest, 300, 300n)).toMatchObject({ outcome: 'COSIGNED' });
  });

  test('learns what the witness knows, and asks again from there', async () => {
    await ask(honest, 100, 0n);
    expect(await ask(honest, 300, 0n)).toMatchObject({ outcome: 'COSIGNED' });
    expect(await ask(honest, 200, 0n)).toEqual({ outcome: 'AHEAD', knownSize: 300n });
  });

  test.each([
    ['as long', 100, 409],
    ['longer', 200, 422],
  ] as const)(
    'with another history, %s, is told of the fork, wherever it believes the witness to be',
    async (_, size, status) => {
      await ask(honest, 100, 0n);
      for (const believed of [0n, 50n, 100n]) expect(await ask(forked, size, believed)).toEqual({ outcome: 'FORK', status });
    },
  );

  test.each([
    ['that it goes on from', [150, 200], { outcome: 'COSIGNED', knownSize: 250n }],
    ['larger than its own', [150, 300], { outcome: 'AHEAD', knownSize: 300n }],
  ] as const)('is not told of a refusal when another gateway brings trees in between, the last %s', async (_, sizes, outcome) => {
    await ask(honest, 100, 0n);
    const between = [...sizes];
    const fetcher: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      const size = between.shift();
      if (size !== undefined) expect(await ask(honest, size, 100n)).toMatchObject({ outcome: 'COSIGNED' });
      return answer;
    };
    const address = { url: served.url, key: WITNESS.verifierKey };
    expect(await askWitness(address, toCosign(honest, 250), 0n, fetcher)).toMatchObject(outcome);
  });

  test('gives up on a witness that names another size each time', async () => {
    let size = 0;
    const fickle: typeof fetch = async () => new Response(`${(size += 1)}\n`, { status: 409 });
    const address = { url: served.url, key: WITNESS.verifierKey };
    expect(await askWitness(address, toCosign(honest, 250), 0n, fickle)).toEqual({ outcome: 'REFUSED', status: 409 });
  });

  test('takes no more of an answer than a cosignature may be long, however much a witness sends', async () => {
    let sent = 0;
    const flood = new ReadableStream({
      pull(controller) {
        if (++sent > 1_000) controller.close();
        else controller.enqueue(Buffer.alloc(65_536, 'x'));
      },
    });
    const address = { url: served.url, key: WITNESS.verifierKey };
    const flooding: typeof fetch = async () => new Response(flood);
    expect(await askWitness(address, toCosign(honest, 250), 0n, flooding)).toEqual({ outcome: 'REFUSED', status: 200 });
    expect(sent).toBeLessThan(5);
  });

  test('believes no cosignature but that of the key it was given', async () => {
    const impostor = seededSigner(WITNESS.verifierKey.name, 7, WITNESS.verifierKey.type);
    expect(await ask(honest, 7, 0n, impostor.verifierKey)).toEqual({ outcome: 'REFUSED', status: 200 });
  });

  test('rejects when nobody answers', async () => {
    await served.close();
    await expect(ask(honest, 7, 0n)).rejects.toThrow();
    served = await serveWitness(witness, { host: '127.0.0.1', port: 0, logs, report: () => {} });
  });
});
