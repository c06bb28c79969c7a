import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClientRule } from '../../policies/clients.ts';
import { CLERK, NOW_SECONDS, PUBLIC_URL, testAuthentication } from '../../test/support/authentication.ts';
import { signToken, type TestIssuer, testIssuer } from '../../test/support/tokens.ts';
import { keyThumbprint, makeProof } from './make-proof.ts';
import { createReplayGuard, type ReplayGuard } from './replay-guard.ts';
import { createVerifyProof } from './verify-proof.ts';

const city = testIssuer('city-1');
const BOUND: ClientRule = {
  id: 'CLIENT-1',
  note: '外部机构',
  basis: ['数据安全法第二十七条'],
  actors: ['BANK'],
  effective: { from: '2026-01-01' },
  tokenSeconds: 300,
  proofSeconds: 60,
};
const bank = testIssuer('');
const otherBank = testIssuer('');
const rsa = testIssuer('', 2048);
const weak = testIssuer('', 1024);
const jkt = await keyThumbprint(bank.privateKey);
const rsaJkt = await keyThumbprint(rsa.privateKey);
const weakJkt = await keyThumbprint(weak.privateKey);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const { iss, aud } = CLERK;
const CLAIMS = { iss, aud, iat: NOW_SECONDS - 10, exp: NOW_SECONDS + 290, actor: 'BANK', org: 'bank-1', cnf: { jkt } };
const tokenOf = (changed: Record<string, unknown> = {}) => signToken(city, { ...CLAIMS, ...changed });
const TOKEN = tokenOf();
const athOf = (token: string) => createHash('sha256').update(token).digest('base64url');

const publicHalf = ({ publicKey }: TestIssuer) => publicKey.export({ format: 'jwk' });
const claims = (changed: Record<string, unknown> = {}) => ({
  jti: randomUUID(),
  htm: 'POST',
  htu: PUBLIC_URL,
  iat: NOW_SECONDS,
  ath: athOf(TOKEN),
  ...changed,
});
/** A proof with anything in it that is wanted, signed by a key that need not be the one it names. */
const proof = (changed: Record<string, unknown> = {}, header: Record<string, unknown> = {}, signer = bank) =>
  signToken(signer, claims(changed), { typ: 'dpop+jwt', kid: undefined, jwk: publicHalf(bank), ...header });

let authentication: ReturnType<typeof testAuthentication>;
beforeEach(() => {
  authentication = testAuthentication([city], { clients: [BOUND] });
});
const show = (dpop: string | undefined, token = TOKEN, scheme = 'DPoP') => authentication.withHeader(`${scheme} ${token}`, dpop);

describe('the genuine proof that they are all made from is accepted', () => {
  const accepted = { actor: 'BANK', organization: 'bank-1', keyThumbprint: jkt };
  test.each<[string, () => string | Promise<string>]>([
    ['as it is', () => proof()],
    ['as a client makes it', () => makeProof(bank.privateKey, { url: PUBLIC_URL, token: TOKEN, nowMs: NOW_SECONDS * 1000 })],
    ['an address that only differs in form', () => proof({ htu: 'HTTPS://Credit.Example:443/graphql?x=1#y' })],
    ['made as long ago as it may be', () => proof({ iat: NOW_SECONDS - 64 })],
    ['made by a clock that is a little fast', () => proof({ iat: NOW_SECONDS + 5 })],
    ['claims besides, which other servers read', () => proof({ nonce: 'n', sub: 'x' })],
  ])('%s', async (_, make) => {
    await expect(show(await make())).resolves.toMatchObject(accepted);
  });

  test('with an RSA key', async () => {
    const token = tokenOf({ cnf: { jkt: rsaJkt } });
    const made = proof({ ath: athOf(token) }, { jwk: publicHalf(rsa), alg: 'PS256' }, rsa);
    await expect(show(made, token)).resolves.toMatchObject({ keyThumbprint: rsaJkt });
  });

  test('in a scheme of any case, by others than banks too where their issuer binds their tokens', async () => {
    const token = signToken(city, { ...CLERK, cnf: { jkt } });
    await expect(show(proof({ ath: athOf(token) }), token, 'dpop')).resolves.toMatchObject({ actor: 'DEPARTMENT' });
    await expect(show(undefined, token, 'Bearer')).rejects.toMatchObject({ code: 'DPOP_REQUIRED' });
  });
});

/** The classic confusion: a key in a form that everybody has, taken for the secret of an HMAC. */
function hmac(jwk: object, secret: string | Buffer): string {
  const signed = `${encode({ typ: 'dpop+jwt', alg: 'HS256', jwk })}.${encode(claims())}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const exchanged = (made: string, changed: Record<string, unknown>) => {
  const [header, , signature] = made.split('.');
  return `${header}.${encode(claims(changed))}.${signature}`;
};

const INVALID: readonly [what: string, reason: string, make: () => string][] = [
  ['no JWT', 'proof', () => 'hello'],
  ['empty', 'proof', () => ''],
  ['two proofs in one header, as Node joins two headers', 'proof', () => `${proof()}, ${proof()}`],
  ['16 MB', 'proof', () => `${'a'.repeat(16 * 1024 * 1024)}.e30.x`],
  ['the access token itself', 'proof', () => TOKEN],
  ['an ordinary JWT', 'proof', () => proof({}, { typ: 'JWT' })],
  ['no type', 'proof', () => proof({}, { typ: undefined })],
  ['unsigned', 'proof', () => `${encode({ typ: 'dpop+jwt', alg: 'none', jwk: publicHalf(bank) })}.${encode(claims())}.`],
  ['HMAC with the public key', 'proof', () => hmac(publicHalf(bank), bank.publicKey.export({ type: 'spki', format: 'pem' }))],
  ['HMAC with a key of its own', 'proof', () => hmac({ kty: 'oct', k: Buffer.from('key').toString('base64url') }, 'key')],
  ['no key', 'proof', () => proof({}, { jwk: undefined })],
  ['a key that is no object', 'proof', () => proof({}, { jwk: 'key' })],
  ['its private key', 'proof', () => proof({}, { jwk: bank.privateKey.export({ format: 'jwk' }) })],
  ['a point off the curve', 'proof', () => proof({}, { jwk: { ...publicHalf(bank), x: publicHalf(bank).y } })],
  ['a key for encryption', 'proof', () => proof({}, { jwk: { ...publicHalf(bank), use: 'enc' } })],
  ['a key id and no key', 'proof', () => proof({}, { jwk: undefined, kid: 'city-1' })],
  ['an address of a key and no key', 'proof', () => proof({}, { jwk: undefined, jku: 'https://evil.example/jwks' })],
  ['an algorithm of another type than its key', 'proof', () => proof({}, { alg: 'PS256', jwk: publicHalf(bank) }, rsa)],
  ['an algorithm that is not allowed', 'proof', () => proof({}, { alg: 'RS256', jwk: publicHalf(rsa) }, rsa)],
  ['an RSA key that is too short', 'proof', () => proof({}, { alg: 'PS256', jwk: publicHalf(weak) }, weak)],
  ['an extension it demands to be understood', 'proof', () => proof({}, { crit: ['b64'], b64: false })],
  ['another’s signature under this key', 'signature', () => proof({}, {}, otherBank)],
  ['claims exchanged under a genuine signature', 'signature', () => exchanged(proof(), { htu: 'https://evil.example' })],
  ['a signature cut short', 'signature', () => proof().slice(0, -4)],
  ['another bank’s own proof', 'key', () => proof({}, { jwk: publicHalf(otherBank) }, otherBank)],
  ['no jti', 'proof', () => proof({ jti: undefined })],
  ['an empty jti', 'proof', () => proof({ jti: '' })],
  ['a jti that is an object', 'proof', () => proof({ jti: { $ne: '' } })],
  ['a jti of a thousand characters', 'proof', () => proof({ jti: 'j'.repeat(1_000) })],
  ['no htm', 'proof', () => proof({ htm: undefined })],
  ['another method', 'htm', () => proof({ htm: 'GET' })],
  ['the method in lower case', 'htm', () => proof({ htm: 'post' })],
  ['no htu', 'proof', () => proof({ htu: undefined })],
  ['another server', 'htu', () => proof({ htu: 'https://evil.example/graphql' })],
  ['a server whose name begins alike', 'htu', () => proof({ htu: 'https://credit.example.evil.example/graphql' })],
  ['this server’s name as an account of another', 'htu', () => proof({ htu: 'https://credit.example@evil.example/graphql' })],
  ['an account at this server', 'htu', () => proof({ htu: 'https://evil@credit.example/graphql' })],
  ['another path', 'htu', () => proof({ htu: 'https://credit.example/admin' })],
  ['another port', 'htu', () => proof({ htu: 'https://credit.example:8443/graphql' })],
  ['no encryption', 'htu', () => proof({ htu: 'http://credit.example/graphql' })],
  ['no address', 'htu', () => proof({ htu: 'graphql' })],
  ['no iat', 'iat', () => proof({ iat: undefined })],
  ['an iat in text', 'iat', () => proof({ iat: String(NOW_SECONDS) })],
  ['too old', 'iat', () => proof({ iat: NOW_SECONDS - 66 })],
  ['made for later', 'iat', () => proof({ iat: NOW_SECONDS + 7 })],
  ['made for the year 9999', 'iat', () => proof({ iat: 253_370_764_800 })],
  ['expired by its own word', 'proof', () => proof({ exp: NOW_SECONDS - 6 })],
  ['no hash of the token', 'proof', () => proof({ ath: undefined })],
  ['the hash of another token', 'ath', () => proof({ ath: athOf(tokenOf({ org: 'bank-2' })) })],
  ['the token for its hash', 'ath', () => proof({ ath: TOKEN })],
];

describe('a proof is refused, with the claim at fault and nothing else', () => {
  test.each(INVALID)('%s: %s', async (_, reason, make) => {
    const refusal = { code: 'DPOP_INVALID', details: { reason } };
    await expect(show(make())).rejects.toMatchObject(refusal);
    // Nor does it help that the key is known from a genuine one.
    await show(proof());
    await expect(show(make())).rejects.toMatchObject(refusal);
  });

  test('made with a key that is too short, for a token that an issuer bound to it nevertheless', async () => {
    const token = tokenOf({ cnf: { jkt: weakJkt } });
    const made = proof({ ath: athOf(token) }, { alg: 'PS256', jwk: publicHalf(weak) }, weak);
    await expect(show(made, token)).rejects.toMatchObject({ code: 'DPOP_INVALID' });
  });

  test.each<[string, string]>([
    ['of another bank, which one holds too', tokenOf({ org: 'bank-2', cnf: { jkt: 'k'.repeat(43) } })],
    ['of the same bank for another operator', tokenOf({ operator: 'qian' })],
  ])('genuine, but shown with a token %s', async (_, token) => {
    await expect(show(proof(), token)).rejects.toMatchObject({ code: 'DPOP_INVALID', details: { reason: 'ath' } });
  });
});

describe('a bank’s token', () => {
  const unbound = tokenOf({ cnf: undefined });
  test.each<[string, string, string, string | undefined, object]>([
    ['stolen and borne', 'Bearer', TOKEN, undefined, { code: 'DPOP_REQUIRED' }],
    ['stolen and borne with a genuine proof beside it', 'Bearer', TOKEN, proof(), { code: 'DPOP_REQUIRED' }],
    ['shown as bound, without a proof', 'DPoP', TOKEN, undefined, { code: 'DPOP_REQUIRED' }],
    ['bound to nothing', 'Bearer', unbound, undefined, { code: 'DPOP_REQUIRED' }],
    ['bound to nothing, with a proof', 'DPoP', unbound, proof({ ath: athOf(unbound) }), { code: 'DPOP_REQUIRED' }],
    [
      'without an actor that is a bank',
      'DPoP',
      signToken(city, CLERK),
      proof(),
      { code: 'DPOP_INVALID', details: { reason: 'token' } },
    ],
    ['forged', 'DPoP', signToken(testIssuer('city-1'), CLAIMS), proof(), { code: 'UNAUTHENTICATED' }],
    ['in another scheme', 'PoP', TOKEN, proof(), { code: 'UNAUTHENTICATED' }],
  ])('is refused: %s', async (_, scheme, token, made, refusal) => {
    await expect(show(made, token, scheme)).rejects.toMatchObject(refusal);
  });

  test.each([
    [300, true],
    [301, false],
    [86_400, false],
  ])('that lives %i seconds: %s', async (seconds, accepted) => {
    const token = tokenOf({ exp: CLAIMS.iat + seconds });
    const verdict = show(proof({ ath: athOf(token) }), token).catch(({ code }) => ({ code }));
    expect(await verdict).toMatchObject(accepted ? { actor: 'BANK' } : { code: 'UNAUTHENTICATED' });
  });

  test('known from before is held to a rule that came into force since', async () => {
    authentication.state.clients = [];
    const token = tokenOf({ cnf: undefined });
    await expect(show(undefined, token, 'Bearer')).resolves.toMatchObject({ actor: 'BANK' });
    authentication.state.clients = [BOUND];
    await expect(show(undefined, token, 'Bearer')).rejects.toMatchObject({ code: 'DPOP_REQUIRED' });
  });
});

const redisUrl = process.env.XINQIAO_TEST_REDIS_URL;
let redis: Redis | undefined;
beforeAll(() => {
  if (redisUrl !== undefined) redis = new Redis(redisUrl);
});
afterAll(() => redis?.disconnect());

describe.each([['this process', false], ...(redisUrl === undefined ? [] : [['Redis', true] as const])] as const)(
  'a proof is used once, remembered in %s',
  (_, shared) => {
    let nowMs: number;
    let guards: ReplayGuard[];
    beforeEach(async () => {
      nowMs = NOW_SECONDS * 1000;
      const guard = () => createReplayGuard({ redis: shared ? redis : undefined, clock: () => nowMs });
      // Two replicas where they share something.
      guards = shared ? [guard(), guard()] : [guard()];
      if (shared) await redis?.ping();
    });
    const check = (made: string, replica = 0) => {
      const replays = guards[replica % guards.length]!;
      const verify = createVerifyProof({ publicUrl: PUBLIC_URL, clockToleranceSeconds: 5, replays, clock: () => nowMs });
      return verify(made, { token: TOKEN, keyThumbprint: jkt, proofSeconds: 60 });
    };
    const replayed = { code: 'DPOP_INVALID', details: { reason: 'replay' } };

    test('at once and at the very end of its time', async () => {
      const made = proof({ iat: NOW_SECONDS + 5 });
      await check(made);
      await expect(check(made, 1)).rejects.toMatchObject(replayed);
      nowMs += 70_000;
      await expect(check(made, 0)).rejects.toMatchObject(replayed);
      nowMs += 1_000;
      await expect(check(made, 1)).rejects.toMatchObject({ details: { reason: 'iat' } });
    });

    test('of many at the same moment', async () => {
      const made = proof();
      const verdicts = await Promise.allSettled(Array.from({ length: 20 }, (_, replica) => check(made, replica)));
      expect(verdicts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('and its jti not again in a proof made anew', async () => {
      const jti = randomUUID();
      await check(proof({ jti }));
      await expect(check(proof({ jti, iat: NOW_SECONDS - 1 }), 1)).rejects.toMatchObject(replayed);
    });

    test('but not used up by one that is refused', async () => {
      const jti = randomUUID();
      await expect(check(proof({ jti, htm: 'GET' }))).rejects.toMatchObject({ details: { reason: 'htm' } });
      await expect(check(proof({ jti }, { jwk: publicHalf(otherBank) }, otherBank))).rejects.toMatchObject({
        details: { reason: 'key' },
      });
      await check(proof({ jti }), 1);
    });
  },
);

test('no key is of a kind that a curve of its own would let pass', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const foreign: TestIssuer = { kid: '', privateKey, publicKey, jwk: {} };
  await expect(show(proof({}, { alg: 'ES256', jwk: publicHalf(foreign) }, foreign))).rejects.toMatchObject({
    code: 'DPOP_INVALID',
  });
});
