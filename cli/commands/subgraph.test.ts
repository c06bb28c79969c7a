import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { contextPublicKeys } from '../../schema/sign-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import { type ServedSubgraph, serveSubgraph } from '../../subgraphs/kit/serve.ts';
import { registerSubgraph } from './subgraph.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function keyFile(key: KeyObject): string {
  const file = join(mkdtempSync(join(tmpdir(), 'key-')), 'key.pem');
  writeFileSync(file, key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }));
  return file;
}

async function serve({ holding }: { holding: KeyObject }): Promise<ServedSubgraph> {
  const db = await openDatabase({ inMemory: true });
  await migrate(db, departments.tax.migrations, departments.tax.schemaName);
  const publicKeys = contextPublicKeys(holding.export({ type: 'spki', format: 'pem' }).toString());
  const subgraph = createSubgraph(departments.tax, { db, clock: Date.now, publicKeys, subjectKey: 'k' });
  const served = await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, graceMs: 0, isReady: async () => true });
  return { url: served.url, close: () => served.close().then(() => db.close()) };
}

async function run(...args: string[]): Promise<string> {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  const program = new Command().exitOverride();
  registerSubgraph(program, { NODE_ENV: 'test' });
  await program.parseAsync(['node', 'xinqiao', 'subgraph', ...args]);
  return printed.join('');
}

test('check prints one verdict a requirement and exits 0 when the department conforms', async () => {
  const report = JSON.parse(await run('check', 'licensing', '--json')) as {
    conforming: boolean;
    checks: { id: string; passed: boolean }[];
  };
  expect([report.conforming, process.exitCode]).toEqual([true, 0]);
  expect(report.checks.every(({ id, passed }) => /^SC\d\d$/.test(id) && passed)).toBe(true);
  // An embedded database is opened anew, which takes seconds on a busy machine.
}, 60_000);

test('check exits 1 for an address where nobody answers, says why, and asks no more', async () => {
  const text = await run('check', 'http://127.0.0.1:9/graphql', '--department', 'tax', '--key', keyFile(privateKey));
  expect(text.split('\n')).toEqual([
    '✗ SC01 MUST   answers GET /health/live and /health/ready with 200',
    expect.stringMatching(/http:\/\/127.0.0.1:9 does not answer \((ECONNREFUSED|bad port)\): check scheme, host and port/),
    '不符合接入要求。 The department does not conform: 0/1',
    '',
  ]);
  expect(process.exitCode).toBe(1);
});

test('check says once what a key or code that is not the department’s has to do with all that fails', async () => {
  const served = await serve({ holding: publicKey });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const trusted = ['--department', 'tax', '--key', keyFile(privateKey)];
  for (const given of [
    ['--department', 'tax', '--key', keyFile(stranger)],
    ['--department', 'utilities', '--key', keyFile(privateKey)],
  ]) {
    expect(await run('check', served.url, ...given)).toMatch(
      /401 CONTEXT_INVALID[\s\S]+does not conform: \d+\/\d+\n.*--key must be the private half of what it holds, --department its own code\.\n$/,
    );
    expect(process.exitCode).toBe(1);
  }
  expect(JSON.parse(await run('check', served.url, ...trusted, '--json'))).toMatchObject({ conforming: true, hint: null });
  await served.close();
}, 60_000);

test.each([
  [['http://127.0.0.1:9/graphql'], '--department is needed: 127.0.0.1 is no department'],
  [['http://127.0.0.1:9/graphql', '--department', 'nope'], 'no department nope; there are registry, licensing'],
  [['http://tax:9/graphql', '--key', 'none.pem'], '--key none.pem: there is no such file'],
  [['http://tax:9/graphql', '--key', tmpdir()], 'this is a directory; name a file'],
  [['http://tax:9/graphql', '--key', 'README.md'], '--key README.md: expected the P-256 private key (PEM)'],
  [['http://tax:9/graphql', '--key', keyFile(publicKey)], 'expected the P-256 private key (PEM)'],
])('check %j is refused before anybody is asked', async (given, message) => {
  await expect(run('check', ...given)).rejects.toThrow(message);
});

test('an unknown department is refused with the names of those there are', async () => {
  await expect(run('check', 'weather')).rejects.toThrow('no department weather; there are registry, licensing');
  await expect(run('serve', '__proto__')).rejects.toThrow('no department');
});
