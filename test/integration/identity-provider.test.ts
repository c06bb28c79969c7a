import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleCity, type City } from '../../cli/city/assemble.ts';
import { loadSampleCity } from '../../cli/city/sample-city.ts';
import type { Db } from '../../database/db.ts';
import { loadConfig } from '../../gateway/config.ts';
import { answerQuery } from '../../gateway/flow.ts';
import type { Caller } from '../../gateway/identity/caller.ts';
import { keyThumbprint, makeProof } from '../../gateway/identity/make-proof.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { openTestDatabase } from '../support/database.ts';
import { type IdentityProvider, openIdentityProvider, type ProviderClient } from '../support/identity-provider.ts';
import { askAt, entryOf } from './deployment.ts';

const AUDIENCE = 'https://credit.test';
const PUBLIC_URL = `${AUDIENCE}/graphql`;
const redisUrl = process.env['XINQIAO_TEST_REDIS_URL'];
const onServers = redisUrl !== undefined && process.env['XINQIAO_TEST_DATABASE_URL'] !== undefined;
/** Gateways behind the one address: what they know of each other is in Redis. */
const GATEWAYS = onServers ? 3 : 1;

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
// Quotas in a shared Redis outlive a test.
const run = randomUUID().slice(0, 8);
const client = (id: string, more: Partial<ProviderClient> = {}): ProviderClient => ({
  id,
  claims: { actor: 'BANK', org: `${id}-${run}`, operator: 'core-system' },
  key: newKey(),
  ...more,
});
const BANK = client('bank-1');
const OTHER_BANK = client('bank-2');
const SLOW_BANK = client('bank-3', { tokenSeconds: 301 });

describe(`an OpenID provider issues banks’ tokens, before ${GATEWAYS} gateway(s)`, () => {
  let provider: IdentityProvider;
  let db: Db;
  let folder: string;
  let code: string;
  const cities: City[] = [];
  const urls: string[] = [];
  const callers: Caller[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xinqiao-provider-'));
    provider = await openIdentityProvider(AUDIENCE, [BANK, OTHER_BANK, SLOW_BANK]);
    db = await openTestDatabase();
    const config = loadConfig({
      NODE_ENV: 'test',
      PORT: '0',
      XINQIAO_DATA: folder,
      XINQIAO_JWKS: provider.keysUrl,
      XINQIAO_ISSUER: provider.issuer,
      XINQIAO_AUDIENCE: AUDIENCE,
      XINQIAO_PUBLIC_URL: PUBLIC_URL,
      // Whose token it is, and not what it may run, is tested here.
      XINQIAO_UNREGISTERED_OPERATIONS: 'allow',
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
    });
    const { subjectKey } = requireSecrets(config, ['subjectKey']);
    const { demonstration } = await loadSampleCity(db, { subjects: 0, seed: 1, subjectKey, clock: Date.now });
    code = demonstration.unifiedSocialCreditCode;
    for (let gateway = 0; gateway < GATEWAYS; gateway++) {
      const city = await assembleCity({
        config,
        db,
        logger: createLogger(config),
        flow: (stages) => (request) =>
          answerQuery(request, {
            ...stages,
            async authenticate(...asked) {
              const caller = await stages.authenticate(...asked);
              callers.push(caller);
              return caller;
            },
          }),
      });
      cities.push(city);
      urls.push(await city.server.start());
    }
  }, 120_000);
  afterAll(async () => {
    for (const city of cities) await city.stop();
    await provider?.close();
    await db?.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const QUERY = 'query Name($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name tax { hasArrears } } }';
  const look = (shown: { token: string; proof?: string }, gateway = 0) =>
    askAt(urls[gateway % GATEWAYS] ?? '', { query: QUERY, variables: { code }, purpose: 'LOAN_PRE', ...shown });
  const proofOf = (token: string, { key } = BANK) => makeProof(key, { url: PUBLIC_URL, token });

  test('a bank asks for a token by its own key, and reads with it and a proof, on the record', async () => {
    const token = await provider.tokenFor(BANK);
    const answer = await look({ token, proof: await proofOf(token) });
    expect(answer).toMatchObject({ status: 200, codes: [], data: { subject: { name: expect.any(String) } } });
    const { entry } = await entryOf({ log: db }, answer.disclosure.receipt);
    expect(entry).toMatchObject({
      caller: { actor: 'BANK', organization: `bank-1-${run}`, operator: 'core-system' },
      purpose: 'LOAN_PRE',
      decision: 'RELEASED',
    });
  });

  test('the token names the authorization it is for, and its key: the flow knows both', async () => {
    const token = await provider.tokenFor(BANK, { authorization: 'auth-0001' });
    await look({ token, proof: await proofOf(token) });
    expect(callers.at(-1)).toMatchObject({ authorization: 'auth-0001', keyThumbprint: await keyThumbprint(BANK.key) });
  });

  test('one token serves many requests, each with a proof of its own, at any gateway', async () => {
    const token = await provider.tokenFor(BANK);
    const looks = Array.from({ length: 6 }, async (_, gateway) => look({ token, proof: await proofOf(token) }, gateway));
    for (const { status } of await Promise.all(looks)) expect(status).toBe(200);
  });

  test('a request that is sent again, even at the same moment and to every gateway, is answered once', async () => {
    const token = await provider.tokenFor(BANK);
    const proof = await proofOf(token);
    const answers = await Promise.all(Array.from({ length: 9 }, (_, gateway) => look({ token, proof }, gateway)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, errors }) => [status, errors[0]?.extensions])).toEqual(
      refused.map(() => [401, expect.objectContaining({ code: 'DPOP_INVALID', reason: 'replay' })]),
    );
  });

  test.each<[string, string, () => Promise<{ token: string; proof?: string }>]>([
    ['a stolen token that is borne', 'DPOP_REQUIRED', async () => ({ token: await provider.tokenFor(BANK) })],
    [
      'a stolen token with the proof of another bank',
      'DPOP_INVALID',
      async () => {
        const token = await provider.tokenFor(BANK);
        return { token, proof: await proofOf(token, OTHER_BANK) };
      },
    ],
    [
      'a proof that was made for the provider',
      'DPOP_INVALID',
      async () => ({
        token: await provider.tokenFor(BANK),
        proof: await makeProof(BANK.key, { url: `${provider.issuer}/token` }),
      }),
    ],
    [
      'a token that the provider bound to no key',
      'DPOP_REQUIRED',
      async () => ({ token: await provider.tokenFor(BANK, { bound: false }) }),
    ],
    [
      'a token that lives longer than the policy has it',
      'UNAUTHENTICATED',
      async () => {
        const token = await provider.tokenFor(SLOW_BANK);
        return { token, proof: await proofOf(token, SLOW_BANK) };
      },
    ],
  ])('%s is refused: %s', async (_, code, shown) => {
    const before = callers.length;
    expect(await look(await shown())).toMatchObject({ status: 401, codes: [code] });
    expect(callers).toHaveLength(before);
  });

  test('a client without its key gets no token', async () => {
    await expect(provider.tokenFor({ ...BANK, key: newKey() })).rejects.toThrow('invalid_client');
  });
});
