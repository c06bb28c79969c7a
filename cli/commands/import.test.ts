import { Command } from 'commander';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerImport } from './import.ts';

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/dual-publicity/licences.csv', import.meta.url));
let folder: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-cli-import-'));
  output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((output += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

async function run(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  registerImport(program, { XINQIAO_DATA: path.join(folder, 'data') });
  await program.parseAsync(['node', 'xinqiao', 'import', ...args]);
}

describe('xinqiao import', () => {
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
    });
    expect(await readFile(`${file}.rejected.csv`, 'utf8')).toContain('IDENTIFIER_CHECK_DIGIT');
    // A new embedded database is made on disk: seconds of work on a busy machine.
  }, 60_000);

  test.each([
    [['licenses', 'x.csv', '--department', 'tax'], /由 licensing 报送/],
    [['licenses', 'x.csv'], /--department/],
    [['licences', 'x.csv', '--department', 'licensing'], /没有名为 licences 的类别[\s\S]*licenses/],
    [['licenses', 'none.csv', '--department', 'licensing', '--dry-run'], /不存在/],
    [['licenses'], /用法/],
  ])('%o is refused with a sentence that helps', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  test('writes a template and its notes, and not over a file that is there', async () => {
    const file = path.join(folder, 'template.csv');
    await run('--template', 'tax-payments', '--output', file);
    expect(await readFile(file, 'utf8')).toMatch(/^\uFEFF主体名称,统一社会信用代码,工商注册号,税款所属期/);
    expect(await readFile(`${file}.md`, 'utf8')).toContain('| 税款所属期 | 必填 |');
    await expect(run('--template', 'tax-payments', '--output', file)).rejects.toThrow('EEXIST');
    await run('--template', 'officers');
    expect(output).toContain('持股比例（%）');
  });
});
