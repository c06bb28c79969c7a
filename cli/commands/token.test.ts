import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../gateway/config.ts';
import { createAuthenticate } from '../../gateway/identity/authenticate.ts';
import { createKeySource } from '../../gateway/identity/key-source.ts';
import { createReplayGuard } from '../../gateway/identity/replay-guard.ts';
import { createVerifyProof } from '../../gateway/identity/verify-proof.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { usccCheckCharacter } from '../../schema/identifiers/uscc.ts';
import { testRequest } from '../../test/support/tokens.ts';
import { registerProof } from './proof.ts';
import { registerToken } from './token.ts';

const company = `9137010008405468A${usccCheckCharacter('9137010008405468A')}`;
let directory: string;
let environment: NodeJS.ProcessEnv;
let printed: string;
let warned: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'token-'));
  environment = { NODE_ENV: 'development', XINQIAO_DATA: directory };
  printed = '';
  warned = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((warned += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

async function run(...options: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerToken(program, environment);
  registerProof(program, environment);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(options[0] === 'proof' ? options : ['token', ...options], { from: 'user' });
}

/** The caller a gateway with the same data directory sees. */
async function caller(token: string, dpop?: string) {
  const config = loadConfig(environment);
  const { jwks, subjectKey } = requireSecrets(config, ['jwks', 'subjectKey']);
  const keys = createKeySource({ location: jwks, production: false, clock: Date.now });
  const authenticate = createAuthenticate({
    keys,
    ...config.tokens,
    algorithms: ['ES256'],
    clockToleranceSeconds: 0,
    verifyProof: createVerifyProof({
      publicUrl: config.publicUrl,
      clockToleranceSeconds: 0,
      replays: createReplayGuard({ redis: undefined, clock: Date.now }),
      clock: Date.now,
    }),
    subjectKey,
    clock: Date.now,
  });
  const headers = dpop === undefined ? { authorization: `Bearer ${token}` } : { authorization: `DPoP ${token}`, dpop };
  return { subjectKey, caller: await authenticate(testRequest({ headers }), policies) };
}

describe('a gateway on the same data directory believes the token of', () => {
  test.each<[string, string[], object]>([
    [
      'a clerk',
      ['--actor', 'DEPARTMENT', '--org', 'licensing-bureau', '--department', 'licensing', '--operator', 'zhang'],
      { actor: 'DEPARTMENT', organization: 'licensing-bureau', department: 'licensing', operator: 'zhang', developer: false },
    ],
    [
      'a department without a subgraph',
      ['--actor', 'DEPARTMENT', '--org', 'finance'],
      { actor: 'DEPARTMENT', organization: 'finance', developer: false },
    ],
    [
      'an office in lower case',
      ['--actor', 'credit_office', '--org', 'office-1'],
      { actor: 'CREDIT_OFFICE', organization: 'office-1', developer: false },
    ],
    [
      'a developer',
      ['--actor', 'CREDIT_OFFICE', '--org', '信用办', '--developer'],
      { actor: 'CREDIT_OFFICE', organization: '信用办', developer: true },
    ],
    ['the public', ['--actor', 'PUBLIC', '--org', 'portal'], { actor: 'PUBLIC', organization: '', developer: false }],
  ])('%s', async (_, options, expected) => {
    await run(...options);
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect((await caller(printed.trim())).caller).toEqual(expected);
  });

  test('a company about itself', async () => {
    await run('--actor', 'SUBJECT', '--org', 'self', '--subject', company, '--expires-in', '24h');
    const seen = await caller(printed.trim());
    expect(seen.caller.subject).toBe(subjectId(seen.subjectKey, { type: 'USCC', value: company }));
    expect(seen.caller.signing).toBeUndefined();
  });

  test('whoever signs for a company', async () => {
    await run('--actor', 'SUBJECT', '--subject', company, '--signatory', 'AUTHORIZED_AGENT');
    const { caller: agent } = await caller(printed.trim());
    expect(agent.signing).toEqual({ signatory: 'AUTHORIZED_AGENT', assurance: 'HIGH', channel: 'CITY_PORTAL' });
  });
});

describe('a bank', () => {
  const bank = ['--actor', 'BANK', '--org', 'bank-1'];

  test('is believed with a token bound to its key, the subject’s authorization in it, and a proof', async () => {
    const key = join(directory, 'bank.pem');
    await run(...bank, '--dpop', key, '--authorization', 'auth-1');
    const token = printed.trim();
    printed = '';
    await run('proof', '--dpop', key, '--token', token);
    expect((await caller(token, printed.trim())).caller).toEqual({
      actor: 'BANK',
      organization: 'bank-1',
      authorization: 'auth-1',
      keyThumbprint: expect.stringMatching(/^[\w-]{43}$/),
      developer: false,
    });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    await expect(caller(token)).rejects.toMatchObject({ code: 'DPOP_REQUIRED' });
  });

  test('is not believed with a token that lives too long, or is bound to nothing', async () => {
    await run(...bank);
    await expect(caller(printed.trim())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    printed = '';
    await run(...bank, '--expires-in', '5m');
    await expect(caller(printed.trim())).rejects.toMatchObject({ code: 'DPOP_REQUIRED' });
  });

  test('is warned, beside the token, of one that is bound to nothing', async () => {
    await run('--actor', 'DEPARTMENT', '--org', 'finance');
    await run(...bank, '--dpop', join(directory, 'bank.pem'));
    expect(warned).toBe('');
    printed = '';
    await run(...bank);
    expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(warned).toContain('add --dpop FILE');
  });

  test('makes no proof for what is no address', async () => {
    const given = ['proof', '--dpop', join(directory, 'bank.pem'), '--token', 't', '--url'];
    for (const url of ['foo', 'localhost:4000', 'ftp://gateway'])
      await expect(run(...given, url)).rejects.toThrow('Expected the gateway’s address');
    expect(printed).toBe('');
  });

  test.each([
    ['no key', 'hello'],
    ['a key of another kind', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ])('is told when the file holds %s, and the file stays', async (_, content) => {
    const key = join(directory, 'bank.pem');
    writeFileSync(key, content);
    await expect(run(...bank, '--dpop', key)).rejects.toThrow('--dpop: expected a P-256 private key in PEM');
    expect(readFileSync(key, 'utf8')).toBe(content);
    expect(printed).toBe('');
  });
});

test('--json prints the token and when it ends', async () => {
  await run('--actor', 'BANK', '--org', 'bank-1', '--expires-in', '30m', '--json');
  expect(JSON.parse(printed)).toEqual({ token: expect.stringMatching(/^ey/), expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) });
});

describe('an option that cannot be right is refused, with what it accepts and no token', () => {
  test.each<[string[], string]>([
    [['--org', 'x'], '--actor'],
    [['--actor', 'MAYOR', '--org', 'x'], '--actor must be one of DEPARTMENT'],
    [['--actor', 'BANK'], '--org is needed'],
    [['--actor', 'BANK', '--org', 'a b'], '--org: letters'],
    [['--actor', 'BANK', '--org', 'x', '--operator', ''], '--operator: letters'],
    [['--actor', 'BANK', '--org', 'x', '--authorization', "' OR 1"], '--authorization: letters'],
    [['--actor', 'DEPARTMENT', '--org', 'x', '--department', 'licencing'], '--department must be one of registry'],
    [['--actor', 'BANK', '--org', 'x', '--department', 'tax'], '--department goes with'],
    [['--actor', 'SUBJECT', '--org', 'x'], '--subject is needed'],
    [['--actor', 'BANK', '--org', 'x', '--signatory', 'LEGAL_REPRESENTATIVE'], '--signatory goes with'],
    [['--actor', 'SUBJECT', '--subject', company, '--signatory', 'CLERK'], '--signatory must be one of'],
    [['--actor', 'SUBJECT', '--subject', '123'], '--subject must be a valid'],
    [['--actor', 'BANK', '--org', 'x', '--subject', company], '--subject goes with'],
    ...['0s', '25h', '1', 'soon', '-1h', '1w'].map((duration): [string[], string] => [
      ['--actor', 'BANK', '--org', 'x', `--expires-in=${duration}`],
      '--expires-in must be',
    ]),
  ])('%j', async (options, message) => {
    await expect(run(...options)).rejects.toThrow(message);
    expect(printed).toBe('');
  });
});

describe('where tokens come from elsewhere, none is issued and no key comes into being', () => {
  test.each<[string, NodeJS.ProcessEnv, string]>([
    ['in production', { NODE_ENV: 'production' }, 'NODE_ENV=production issues no tokens'],
    ["beside an identity provider's key set", { XINQIAO_JWKS: 'https://idp.example/jwks' }, 'XINQIAO_JWKS is set'],
  ])('%s', async (_, variables, message) => {
    environment = { ...environment, ...variables };
    await expect(run('--actor', 'AUDITOR', '--org', 'x')).rejects.toThrow(message);
    expect(printed).toBe('');
    expect(existsSync(join(directory, 'secrets'))).toBe(false);
  });
});
