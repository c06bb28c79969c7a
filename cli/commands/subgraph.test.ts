import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerSubgraph } from './subgraph.ts';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

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

test('check exits 1 for an address where nobody answers, and says what was seen', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = join(mkdtempSync(join(tmpdir(), 'key-')), 'key.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const text = await run('check', 'http://127.0.0.1:9/graphql', '--department', 'tax', '--key', file);
  expect([text.split('\n')[0], process.exitCode]).toEqual([
    '✗ SC01 MUST   answers GET /health/live and /health/ready with 200',
    1,
  ]);
});

test('an unknown department is refused with the names of those there are', async () => {
  await expect(run('check', 'weather')).rejects.toThrow('no department weather; there are registry, licensing');
  await expect(run('serve', '__proto__')).rejects.toThrow('no department');
});
