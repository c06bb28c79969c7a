import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerCompose } from './compose.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUPERGRAPH = 'schema/supergraph.graphql';
const TAX = 'subgraphs/tax/schema.graphql';

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'xinqiao-compose-'));
  for (const file of ['schema/shared.graphql', SUPERGRAPH, 'policies/masks.yaml']) copied(file);
  for (const name of [
    'registry',
    'licensing',
    'penalties',
    'tax',
    'social-security',
    'utilities',
    'querylog',
    'oversight',
    'authorizations',
    'operations',
  ]) {
    copied(`subgraphs/${name}/schema.graphql`);
  }
});
afterEach(() => rmSync(copy, { recursive: true }));

function copied(file: string): void {
  mkdirSync(join(copy, file, '..'), { recursive: true });
  cpSync(join(ROOT, file), join(copy, file));
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(copy, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(copy, file), text.replace(from, to));
}

function git(...argv: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.cn', ...argv], { cwd: copy });
}

interface Outcome {
  status: typeof process.exitCode;
  report: { outcome: string; faults: unknown[]; changes: unknown };
}

/** Runs the command on the copy, in this process: a process of its own takes seconds to start. */
async function compose(...options: string[]): Promise<Outcome> {
  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const before = process.exitCode;
  try {
    const program = new Command();
    registerCompose(program);
    await program.parseAsync(['compose', '--json', '--root', copy, ...options], { from: 'user' });
    return { status: process.exitCode, report: JSON.parse(String(printed.mock.lastCall?.[0])) };
  } finally {
    printed.mockRestore();
    process.exitCode = before;
  }
}

describe('xinqiao compose', () => {
  test('finds a fresh supergraph up to date', async () => {
    expect(await compose('--check')).toMatchObject({ status: 0, report: { outcome: 'unchanged', faults: [] } });
  });

  test('with --check exits 2 for a stale one and leaves it, without it writes', async () => {
    edit(TAX, '是否欠税；', '是否有欠税；');
    expect(await compose('--check')).toMatchObject({ status: 2, report: { outcome: 'stale' } });
    expect(readFileSync(join(copy, SUPERGRAPH), 'utf8')).not.toContain('是否有欠税');
    expect(await compose()).toMatchObject({ status: 0, report: { outcome: 'written' } });
    expect(await compose('--check')).toMatchObject({ status: 0, report: { outcome: 'unchanged' } });
  });

  test('exits 1 with every fault and writes nothing when the schemas do not compose', async () => {
    edit(TAX, 'hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)', 'hasArrears: Boolean!');
    const { status, report } = await compose();
    expect(status).toBe(1);
    expect(report.faults).toMatchObject([
      { code: 'UNCLASSIFIED', subgraph: 'tax', coordinate: 'TaxStanding.hasArrears' },
      { code: 'NON_NULL', subgraph: 'tax', coordinate: 'TaxStanding.hasArrears' },
    ]);
    expect(readFileSync(join(copy, SUPERGRAPH), 'utf8')).toBe(readFileSync(join(ROOT, SUPERGRAPH), 'utf8'));
  });

  test('takes no name for a revision that is none: the file would be compared with itself', async () => {
    const named = compose('--check', '--fail-on-breaking', '--against', 'nosuchrev');
    await expect(named).rejects.toThrow('there is no git revision nosuchrev');
    git('init', '--quiet');
    await expect(compose('--against', 'HEAD')).rejects.toThrow('there is no git revision HEAD');
    await expect(compose('--against', '--output=x')).rejects.toThrow('there is no git revision --output=x');
    expect(await compose('--check')).toMatchObject({ status: 0, report: { outcome: 'unchanged', changes: { breaking: [] } } });
  });

  test('finds all new where the revision has no such file yet', async () => {
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '-m', 'first');
    expect(await compose('--check', '--fail-on-breaking', '--against', 'HEAD')).toMatchObject({
      status: 0,
      report: { outcome: 'unchanged', changes: null },
    });
  });

  test('compares with the last commit even after the file was written, and exits 3 where that is asked for', async () => {
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    edit(TAX, 'hasArrears: Boolean @classified(as: COMMERCIAL', 'hasArrears: Boolean @classified(as: PUBLIC');
    expect(await compose()).toMatchObject({ status: 0, report: { outcome: 'written' } });
    const { status, report } = await compose('--check', '--fail-on-breaking');
    expect(status).toBe(3);
    expect(report).toMatchObject({
      outcome: 'unchanged',
      changes: { breaking: [], classification: [{ coordinate: 'TaxStanding.hasArrears', change: 'LOOSENED' }] },
    });
  });
});
