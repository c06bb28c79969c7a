import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../gateway/config.ts';
import { DEVELOPMENT_KEY_ID } from '../../gateway/development-secrets.ts';
import { testIssuer } from '../../test/support/tokens.ts';
import { assertMayStart } from '../city/assemble.ts';
import { registerStart } from './start.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Everything production asks for, with a key set of one key. */
async function production(jwk: object): Promise<NodeJS.ProcessEnv> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(folder, 'context.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const logKey = generateKeyPairSync('ed25519').privateKey;
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [jwk] }));
  return {
    NODE_ENV: 'production',
    PORT: '0',
    XINQIAO_DATA: join(folder, 'data'),
    XINQIAO_ISSUER: 'https://issuer.example',
    XINQIAO_AUDIENCE: 'xinqiao',
    XINQIAO_SUBJECT_KEY: 's'.repeat(64),
    XINQIAO_PSEUDONYM_KEY: 'p'.repeat(64),
    XINQIAO_SEAL_KEY: 'z'.repeat(64),
    XINQIAO_JWKS: join(folder, 'jwks.json'),
    XINQIAO_CONTEXT_KEY_FILE: join(folder, 'context.pem'),
    XINQIAO_LOG_KEY: logKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

test.each([
  ['a development key', testIssuer(DEVELOPMENT_KEY_ID).jwk, 'development'],
  ['a key that is none', { kty: 'oct', kid: 'a' }, 'Keys of the token issuer'],
])('in production a key set with %s is refused before a database is made', async (_, jwk, reason) => {
  const program = new Command('xinqiao').exitOverride();
  registerStart(program, await production(jwk));
  await expect(program.parseAsync(['node', 'xinqiao', 'start'])).rejects.toThrow(reason);
  expect((await readdir(folder)).toSorted()).toEqual(['context.pem', 'jwks.json']);
});

test('in production all that is missing or wrong is named at once', async () => {
  const program = new Command('xinqiao').exitOverride();
  registerStart(program, { NODE_ENV: 'production', PORT: 'http' });
  const names = ['ISSUER', 'AUDIENCE', 'SUBJECT_KEY', 'PSEUDONYM_KEY', 'JWKS', 'CONTEXT_KEY_FILE', 'LOG_KEY', 'SEAL_KEY'];
  const missing = names.map((name) => `XINQIAO_${name} is required in production`);
  await expect(program.parseAsync(['node', 'xinqiao', 'start'])).rejects.toThrow(
    new ConfigError(['PORT: expected a whole number from 0 to 65535', ...missing]),
  );
});

test.each([
  ['XINQIAO_POLICIES', { XINQIAO_POLICIES: '/none' }, 'This is no policy directory'],
  ['XINQIAO_SUPERGRAPH', { XINQIAO_SUPERGRAPH: '/none' }, 'name the file that `xinqiao compose` wrote'],
  ['XINQIAO_SUPERGRAPH', { XINQIAO_SUPERGRAPH: 'README.md' }, 'This is no supergraph that can be read'],
  ['XINQIAO_JWKS', { XINQIAO_JWKS: '/none' }, 'Check the file or address: Keys of the token issuer'],
  ['XINQIAO_JWKS', { XINQIAO_JWKS: 'http://issuer.example/jwks' }, 'must begin with https://'],
  ['XINQIAO_CONTEXT_KEY_FILE', { XINQIAO_CONTEXT_KEY_FILE: 'README.md' }, 'Expected a file with a P-256 private key'],
  ['XINQIAO_CONTEXT_PUBLIC_KEY_FILE', { XINQIAO_CONTEXT_PUBLIC_KEY_FILE: 'README.md' }, "the gateway's public key"],
  ['HOST', { HOST: '192.0.2.1' }, 'This is no address or name of this machine'],
])('%s that is wrong is named with what to do, before a database is made: %j', async (variable, wrong, fault) => {
  const program = new Command('xinqiao').exitOverride();
  registerStart(program, { ...(await production(testIssuer('of-the-city').jwk)), ...wrong });
  const refused = program.parseAsync(['node', 'xinqiao', 'start']);
  await expect(refused).rejects.toThrow(ConfigError);
  await expect(refused).rejects.toThrow(new RegExp(`^配置有误。 Configuration: ${variable}: .*${fault}`));
  expect((await readdir(folder)).toSorted()).toEqual(['context.pem', 'jwks.json']);
});

test.each([
  ['the one before and its own, as while it changes', ['before', 'own'], undefined],
  ['another gateway’s alone', ['before'], 'XINQIAO_CONTEXT_PUBLIC_KEY_FILE: .*make it from that'],
])('a file of public keys that holds %s', async (_, held, fault) => {
  const before = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const environment = await production(testIssuer('of-the-city').jwk);
  const own = createPublicKey(await readFile(join(folder, 'context.pem')));
  const pems = held.map((name) => (name === 'own' ? own : before).export({ type: 'spki', format: 'pem' }));
  await writeFile(join(folder, 'public.pem'), pems.join(''));
  const started = assertMayStart(loadConfig({ ...environment, XINQIAO_CONTEXT_PUBLIC_KEY_FILE: join(folder, 'public.pem') }));
  if (fault === undefined) await expect(started).resolves.toBeUndefined();
  else await expect(started).rejects.toThrow(new RegExp(fault));
});

test.each([
  ['asked for', ['--workers', '2'], {}],
  ['configured', [], { XINQIAO_WORKERS: '2' }],
])('several workers, %s, on an embedded database are refused before it is made, with what to do', async (_, args, more) => {
  const program = new Command('xinqiao').exitOverride();
  registerStart(program, { PORT: '0', XINQIAO_DATA: join(folder, 'data'), ...more });
  await expect(program.parseAsync(['node', 'xinqiao', 'start', ...args])).rejects.toThrow(
    /内嵌数据库只能由一个进程使用.*set DATABASE_URL to a PostgreSQL server, or use 1 worker/,
  );
  expect(await readdir(folder)).toEqual([]);
});

test.each(['0', '257', '1.5', 'all'])('“%s” is no number of workers, and nothing starts', async (workers) => {
  const program = new Command('xinqiao').exitOverride();
  const environment = { DATABASE_URL: 'postgres://127.0.0.1:1/none', XINQIAO_DATA: join(folder, 'data'), XINQIAO_WORKERS: '2' };
  registerStart(program, environment);
  await expect(program.parseAsync(['node', 'xinqiao', 'start', '--workers', workers])).rejects.toThrow(
    'XINQIAO_WORKERS: expected a whole number from 1 to 256',
  );
  expect(await readdir(folder)).toEqual([]);
});
