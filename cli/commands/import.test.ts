import { Command } from 'commander';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IMPORT_CATEGORIES, importCategory } from '../../subgraphs/import-categories.ts';
import type { ImportCategory } from '../../subgraphs/kit/import/category.ts';
import { templateCsv, templateNotes } from '../../subgraphs/kit/import/template.ts';
import { makeDataDirectory } from '../../test/support/database.ts';
import { loadConfig } from '../../gateway/config.ts';
import { recordPlaces } from '../import/record-place.ts';
import { registerImport } from './import.ts';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/dual-publicity/licences.csv', import.meta.url));
let folder: string;
let output: string;
let complaints: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-cli-import-'));
  output = '';
  complaints = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((output += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((complaints += String(text)), true));
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  environment = {};
  await rm(folder, { recursive: true });
});

let environment: Record<string, string> = {};

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  registerImport(program, { XINQIAO_DATA: path.join(folder, 'data'), ...environment });
  await program.parseAsync(['node', 'xinqiao', 'import', ...args]);
}

describe('xinqiao import', () => {
  test('finds the records of a department that is served from a directory of its own', async () => {
    const file = path.join(folder, 'licences.csv');
    await copyFile(FIXTURE, file);
    await mkdir(path.join(folder, 'data', 'subgraph-licensing'), { recursive: true });
    await run('licenses', file, '--department', 'licensing', '--json');
    const own = path.join(folder, 'data', 'subgraph-licensing');
    expect(JSON.parse(output)).toMatchObject({ waiting: 8, database: own });
    expect(await readdir(own)).toContain('database');
    expect(await readdir(path.join(folder, 'data'))).not.toContain('database');

    output = '';
    await run('--retry-unmatched', '--json');
    expect(JSON.parse(output)).toEqual({ settled: 0, waiting: 8, databases: [path.join(folder, 'data'), own] });
    output = '';
    await run('licenses', file, '--department', 'licensing');
    expect(output).toContain(`存入 Stored in: ${own}（licensing 单独运行时的目录`);
  }, 60_000);

  test('names the server that rows go to, without its password', () => {
    const databaseUrl = 'postgres://tax:secret@db.city.example:5433/credit';
    expect(recordPlaces(loadConfig({ DATABASE_URL: databaseUrl })).map(({ name }) => name)).toEqual([
      'db.city.example:5433/credit',
    ]);
  });

  test('takes a file in, prints the summary as JSON and exits 2 when rows were rejected', async () => {
    const file = path.join(folder, 'licences.csv');
    await copyFile(FIXTURE, file);
    await run('licenses', file, '--department', 'licensing', '--json');
    expect(process.exitCode).toBe(2);
    expect(JSON.parse(output)).toMatchObject({
      accepted: 115,
      rejected: 5,
      unchanged: 1,
      warned: 1,
      waiting: 8,
      rejectsPath: `${file}.rejected.csv`,
      database: path.join(folder, 'data'),
    });
    expect(await readFile(`${file}.rejected.csv`, 'utf8')).toContain('IDENTIFIER_CHECK_DIGIT');
    // A new embedded database is made on disk: seconds of work on a busy machine.
  }, 60_000);

  test('lets rows wait with a warning when the gateway does not answer, and the exit code is what the file deserves', async () => {
    environment = { XINQIAO_GATEWAY_TOKEN: 'secret-token' };
    await makeDataDirectory(path.join(folder, 'data'));
    const file = path.join(folder, 'licences.csv');
    await copyFile(FIXTURE, file);
    await run('licenses', file, '--department', 'licensing', '--json', '--gateway', 'http://127.0.0.1:1');
    expect(process.exitCode).toBe(2);
    expect(JSON.parse(output)).toMatchObject({ accepted: 115, rejected: 5, waiting: 8 });
    expect(complaints).toContain('127.0.0.1:1：无法连接');
    output = '';
    await run('--retry-unmatched', '--department', 'licensing', '--json', '--gateway', 'http://127.0.0.1:1');
    expect(JSON.parse(output)).toEqual({ settled: 0, waiting: 8, databases: [path.join(folder, 'data')] });
    expect(complaints.match(/--retry-unmatched/g)).toHaveLength(2);
    expect(output + complaints).not.toContain('secret-token');
  }, 60_000);

  test('leaves the exit code alone when all is taken in', async () => {
    const file = path.join(folder, 'template.csv');
    await writeFile(file, templateCsv(importCategory('licenses') as ImportCategory).replaceAll('示例', '青禾'));
    await run('licenses', file, '--department', 'licensing', '--dry-run', '--json');
    expect(process.exitCode).toBeUndefined();
    expect(JSON.parse(output)).toMatchObject({ accepted: 1, rejected: 0, rejectsPath: null });
  });

  test.each([
    [['licenses', 'x.csv', '--department', 'tax'], /不由 tax 报送/],
    [['licenses', 'x.csv'], /--department/],
    [['licences', 'x.csv', '--department', 'licensing'], /没有名为 licences 的类别[\s\S]*licenses/],
    [['licenses', 'none.csv', '--department', 'licensing', '--dry-run'], /不存在/],
    [['licenses'], /xinqiao import <category> FILE --department CODE/],
    [['licenses', 'x.csv', '--department', 'licensing', '--gateway', 'http://127.0.0.1:1'], /XINQIAO_GATEWAY_TOKEN is required/],
    [['--template', 'licences'], /没有名为 licences 的类别/],
    [['--retry-unmatched', '--department', 'nope'], /there is no department nope; there are registry, licensing/],
  ])('%o is refused with a sentence that helps', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test.each(IMPORT_CATEGORIES)('prints the template of $name as CSV, and nothing else', async (category) => {
    await run('--template', category.name);
    expect(output).toBe(templateCsv(category));
    expect(output.startsWith('\uFEFF')).toBe(true);
    expect(complaints).toBe(templateNotes(category));
  });

  test('refuses an address that is none', async () => {
    environment = { XINQIAO_GATEWAY_TOKEN: 'x' };
    for (const address of ['gateway:4000', 'ftp://gateway', 'http://user:password@gateway']) {
      await expect(run('licenses', 'x.csv', '--department', 'licensing', '--gateway', address)).rejects.toThrow(
        /--gateway: expected/,
      );
    }
  });

  test('writes a template and its notes, and not over a file that is there', async () => {
    const file = path.join(folder, 'template.csv');
    await run('--template', 'tax-payments', '--output', file);
    expect(await readFile(file, 'utf8')).toMatch(/^\uFEFF主体名称,统一社会信用代码,工商注册号,税款所属期/);
    expect(await readFile(`${file}.md`, 'utf8')).toContain('| 税款所属期 | 必填 |');
    await expect(run('--template', 'tax-payments', '--output', file)).rejects.toThrow(
      `--output ${file}: the file is there already`,
    );
    await run('--template', 'officers');
    expect(output).toContain('持股比例（%）');
  });
});
