import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { POLICIES_DIRECTORY, policies } from '../../policies/policies.fixture.ts';
import { keepVersion } from '../../policies/versions.ts';
import { registerPolicy } from './policy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
  process.exitCode = 0;
});

/** Runs the command in this process; answers what it printed and its exit code. */
async function run(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  const program = new Command('xinqiao').exitOverride().configureOutput({ outputError: () => undefined });
  registerPolicy(program);
  await program.parseAsync(['node', 'xinqiao', 'policy', args[0] ?? '', '--date', '2026-06-01', ...args.slice(1)]);
  vi.restoreAllMocks();
  return { out: out.join(''), err: err.join(''), code: Number(process.exitCode ?? 0) };
}

function copyWith(from: string, to: string): string {
  const directory = join(folder, 'policies');
  for (const name of ['masks.yaml', 'policy-set.yaml', 'retention.yaml', 'purposes', 'authorization-templates', 'examples'])
    cpSync(join(POLICIES_DIRECTORY, name), join(directory, name), { recursive: true });
  const file = join(directory, 'purposes/ADMIN_APPROVAL_CHECK.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
  return directory;
}

describe('policy check', () => {
  it('finds the project sound', async () => {
    const { out, code } = await run('check', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: true, hash: policies.hash, purposes: policies.purposes.length, findings: [] });
    expect(code).toBe(0);
  });
  it('names what does not load, and an example that fails, with the place', async () => {
    const unloadable = await run('check', '--policies', copyWith('actors: [DEPARTMENT]', 'actors: [CLERK]'));
    expect(unloadable).toMatchObject({
      code: 1,
      out: expect.stringContaining('[load] purposes/ADMIN_APPROVAL_CHECK.yaml:9') as string,
    });
    const failing = await run(
      'check',
      '--policies',
      copyWith(
        'fields: [Registration.employees]\n    treatment: generalize',
        'fields: [Registration.employees]\n    treatment: reveal',
      ),
    );
    const unexampled = copyWith('matter: true', 'matter: true');
    rmSync(join(unexampled, 'examples'), { recursive: true });
    expect(await run('check', '--policies', unexampled)).toMatchObject({
      code: 1,
      out: expect.stringContaining(`[load] ${join(unexampled, 'examples')}: cannot be read`) as string,
    });
    expect(failing).toMatchObject({
      code: 1,
      out: expect.stringContaining('Registration.employees is decided reveal AAC-3') as string,
    });
  });
});

describe('policy matrix', () => {
  it('prints the cells that pass the filters as text, CSV and JSON', async () => {
    const filters = ['--purpose', 'PUBLIC_QUERY', '--field', 'Registration.legalRepresentativeName'];
    expect((await run('matrix', ...filters)).out).toMatch(
      /PUBLIC_QUERY · PUBLIC[\s\S]*Registration.legalRepresentativeName {2}原值 {2}脱敏 PERSON_NAME/,
    );
    expect((await run('matrix', ...filters, '--csv', '--person')).out.split('\r\n')[1]).toMatch(
      /^PUBLIC_QUERY,PUBLIC,false,false,true,Registration.legalRepresentativeName,MASK,PERSON_NAME,PUB-2,/,
    );
    expect(JSON.parse((await run('matrix', ...filters, '--treatment', 'mask', '--json')).out)).toHaveLength(1);
  });
  it('prints what an authorization of the subject opens beside what is open without', async () => {
    const filters = ['--purpose', 'LOAN_PRE', '--field', 'TaxArrears.amount'];
    expect((await run('matrix', ...filters)).out).toMatch(
      /LOAN_PRE · BANK\n[\s\S]*TaxArrears.amount {2}不予提供[\s\S]*LOAN_PRE · BANK（已获授权）\n[\s\S]*TaxArrears.amount {2}原值/,
    );
    expect(JSON.parse((await run('matrix', ...filters, '--authorized', '--json')).out)).toHaveLength(2);
  });
  it.each([
    [['--purpose', 'CURIOSITY'], /no such purpose on 2026-06-01; there are ADMIN_APPROVAL_CHECK, .*STATISTICS/],
    [['--purpose', 'ADMIN_APPROVAL_CHECK', '--actor', 'BANK'], /ADMIN_APPROVAL_CHECK is not open to BANK, only to DEPARTMENT/],
    [['--field', 'Nothing'], /No cell passes all the filters/],
  ])('says why nothing passes %j, and exits 1', async (filters, message) => {
    expect(await run('matrix', ...filters)).toEqual({ code: 1, out: '', err: expect.stringMatching(message) as string });
  });
  it.each([
    ['--category', 'NOPE', /REGISTRATION, LICENSE/],
    ['--treatment', 'NOPE', /REVEAL, GENERALIZE/],
  ])('%s %s is refused with those there are', async (option, value, message) => {
    await expect(run('matrix', option, value)).rejects.toThrow(message);
  });
});

describe('a day that does not exist', () => {
  const asked = ['TaxPayment.amount', '--purpose', 'PUBLIC_QUERY', '--actor', 'PUBLIC'];
  it.each([
    ['check', 'abc', []],
    ['matrix', '2027/1/1', []],
    ['explain', '2026-02-30', asked],
    ['diff', '2026', ['a']],
  ])('is refused by policy %s: %s', async (command, day, args) => {
    await expect(run(command, ...args, '--date', day)).rejects.toThrow('Expected a day that exists');
  });
});

describe('policy explain', () => {
  it('names rule and legal basis of one cell', async () => {
    const { out, code } = await run(
      'explain',
      'TaxStanding.hasArrears',
      '--purpose',
      'ADMIN_APPROVAL_CHECK',
      '--actor',
      'DEPARTMENT',
    );
    expect(out).toContain('规则 AAC-2；依据：山东省社会信用条例第二十二条第（一）项');
    expect(code).toBe(0);
  });
  it('takes the own column for what the department owns', async () => {
    const { out } = await run(
      'explain',
      'TaxPayment.amount',
      '--purpose',
      'ADMIN_APPROVAL_CHECK',
      '--actor',
      'DEPARTMENT',
      '--department',
      'tax',
    );
    expect(out).toContain('规则 AAC-9');
  });
  it('tells what an authorization changes, of a cell and of an operation', async () => {
    const asBank = ['--purpose', 'LOAN_PRE', '--actor', 'BANK'];
    expect((await run('explain', 'TaxArrears.amount', ...asBank)).out).toContain('规则 LPRE-1');
    expect((await run('explain', 'TaxArrears.amount', ...asBank, '--authorized')).out).toContain('规则 LPRE-11');
    const file = join(folder, 'loan.graphql');
    writeFileSync(file, '{subject(by: {unifiedSocialCreditCode: "91350100M000100Y43"}) {tax {hasArrears refundAccountNo}}}');
    expect((await run('explain', '--operation', file, ...asBank)).out).toMatch(/TaxStanding.hasArrears +不予提供/);
    expect((await run('explain', '--operation', file, ...asBank, '--authorized')).out).toMatch(
      /原值：.*TaxStanding.hasArrears[\s\S]*TaxStanding.refundAccountNo +不予提供 +组织 +LPRE-14/,
    );
  });
  it('says that no rule speaks, and what is not there', async () => {
    expect(
      (await run('explain', 'TaxPayment.amount', '--purpose', 'ADMIN_APPROVAL_CHECK', '--actor', 'DEPARTMENT')).out,
    ).toContain('默认不予提供');
    expect(await run('explain', 'TaxPayment.amount', '--purpose', 'CURIOSITY', '--actor', 'PUBLIC')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('there are ADMIN_APPROVAL_CHECK, ') as string,
    });
    expect(await run('explain', 'Tax.nothing', '--purpose', 'PUBLIC_QUERY', '--actor', 'PUBLIC')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Tax.nothing: 没有此字段') as string,
    });
  });
  it('says to whom a purpose is open instead of speaking of its rules', async () => {
    const asBank = ['--purpose', 'ADMIN_APPROVAL_CHECK', '--actor', 'BANK'];
    const { out } = await run('explain', 'TaxPayment.amount', ...asBank);
    expect(out).toContain('不向 BANK 开放，只向 DEPARTMENT 开放');
    expect(out).not.toContain('没有规则提及');
    const file = join(folder, 'query.graphql');
    writeFileSync(file, '{subject(by: {unifiedSocialCreditCode: "91350100M000100Y43"}) {name}}');
    expect(await run('explain', '--operation', file, ...asBank)).toMatchObject({
      code: 4,
      out: expect.stringContaining('PURPOSE_FORBIDDEN') as string,
    });
  });
  it.each([
    [['--variables', '{bad'], '--variables: this is no JSON'],
    [['--variables', '[1]'], '--variables: expected a JSON object'],
    [['--variables', '@none.json'], '--variables none.json: there is no such file'],
    [['--operation', 'none.graphql'], '--operation none.graphql: there is no such file'],
  ])('names the option at fault of %j', async (args, message) => {
    const asked = ['--operation', 'query.graphql', '--purpose', 'PUBLIC_QUERY', '--actor', 'PUBLIC'];
    await expect(run('explain', ...asked, ...args)).rejects.toThrow(message);
  });
  it('explains a whole operation, or why it would be refused', async () => {
    const file = join(folder, 'query.graphql');
    writeFileSync(file, 'query($by: SubjectBy!) {subject(by: $by) {name utilities {hasArrears}}}');
    const ask = (by: object) =>
      run(
        'explain',
        '--operation',
        file,
        '--variables',
        JSON.stringify({ by }),
        '--purpose',
        'ADMIN_APPROVAL_CHECK',
        '--actor',
        'DEPARTMENT',
      );
    expect(await ask({ unifiedSocialCreditCode: '91350100M000100Y43' })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/发往部门：registry\n[\s\S]*CreditSubject.utilities +不予提供/) as string,
    });
    expect(await ask({ unifiedSocialCreditCode: '91350100M000100Y44' })).toMatchObject({
      code: 4,
      out: expect.stringContaining('INPUT_INVALID') as string,
    });
  });
});

describe('policy diff', () => {
  it('finds a version the same as itself', async () => {
    expect(await run('diff', POLICIES_DIRECTORY)).toMatchObject({ code: 0, out: expect.stringContaining('完全相同') as string });
  });
  it('lists loosened cells first and by a code of their own, tightened ones by another', async () => {
    const looser = copyWith(
      'fields: [Registration.employees]\n    treatment: generalize',
      'fields: [Registration.employees]\n    treatment: reveal',
    );
    expect(await run('diff', POLICIES_DIRECTORY, looser)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/▲ 放宽[\s\S]*概化 COUNT → 原值[\s\S]*放宽 2 处/) as string,
    });
    expect(await run('diff', looser, POLICIES_DIRECTORY)).toMatchObject({
      code: 2,
      out: expect.stringContaining('▼ 收紧') as string,
    });
  });
  it('tells what differs though every cell is decided alike', async () => {
    const looser = copyWith('matter: true', 'matter: false');
    cpSync(join(POLICIES_DIRECTORY, 'review-rules.yaml'), join(looser, 'review-rules.yaml'));
    cpSync(join(POLICIES_DIRECTORY, 'exports.yaml'), join(looser, 'exports.yaml'));
    expect(await run('diff', POLICIES_DIRECTORY, looser)).toEqual({
      code: 2,
      out: expect.stringMatching(
        /^2026-06-01 两个版本的决定完全相同[^\n]*\n单元格之外的不同[^\n]*\n  ~ 改变  ADMIN_APPROVAL_CHECK 2026-01-01 requires\n$/,
      ) as string,
      err: '',
    });
    expect(await run('diff', POLICIES_DIRECTORY, looser, '--json')).toEqual({
      code: 2,
      out: '[]\n',
      err: expect.stringContaining('ADMIN_APPROVAL_CHECK 2026-01-01 requires') as string,
    });
  });
  it('reads a kept version by its hash, and refuses a name that is nothing', async () => {
    keepVersion(join(folder, 'versions'), policies);
    expect(await run('diff', policies.hash, '--versions', join(folder, 'versions'))).toMatchObject({ code: 0 });
    expect(await run('diff', 'no-such-revision')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is no directory, kept version or git revision') as string,
    });
  });
});
