import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DEMONSTRATION_USCC } from './demonstration.ts';
import type { CityOptions, Manifest } from './generate-city.ts';
import { BASE_DATE, generateCity } from './generate-city.ts';
import { subjectOf } from './subject.ts';

const root = mkdtempSync(join(tmpdir(), 'xinqiao-city-'));
afterAll(() => rmSync(root, { recursive: true }));

let cities = 0;

/** Makes a city and reads it back: the manifest, and every file's text by name. */
async function city(options: Partial<CityOptions>): Promise<{ manifest: Manifest; files: Record<string, string> }> {
  const outDirectory = join(root, String(cities++));
  const manifest = await generateCity({ subjects: 150, seed: 1, ...options, outDirectory });
  const files = readdirSync(outDirectory).map((name) => [name, readFileSync(join(outDirectory, name), 'utf8')]);
  return { manifest, files: Object.fromEntries(files) };
}

describe('a city', () => {
  test('is the same byte for byte for the same seed, and another for another', async () => {
    const [one, again, other] = [await city({}), await city({}), await city({ seed: 2 })];
    expect(digest(again.files)).toBe(digest(one.files));
    expect(digest(other.files)).not.toBe(digest(one.files));
  });

  test('grows by adding rows: a small one is the beginning of a large one', async () => {
    const [small, large] = [await city({}), await city({ subjects: 300 })];
    for (const { file } of small.manifest.files) expect(large.files[file]?.startsWith(small.files[file] ?? '')).toBe(true);
  });

  test('has as many subjects as asked for, and a manifest that counts its rows', async () => {
    const { manifest, files } = await city({});
    expect(manifest.subjects).toBe(150);
    expect(JSON.parse(files['manifest.json'] ?? '')).toEqual(manifest);
    for (const { file, rows } of manifest.files) expect(files[file]?.trimEnd().split('\r\n')).toHaveLength(rows + 1);
    expect(manifest.commands[0]).toBe('xinqiao import registrations registrations.csv --department registry');
  });

  test('has the demonstration company and every hard case at every seed, however small it is', async () => {
    const { manifest, files } = await city({ subjects: 0, seed: 'another' });
    const everything = Object.values(files).join('\n');
    expect(manifest.demonstration).toEqual({ unifiedSocialCreditCode: DEMONSTRATION_USCC, name: '云汀市青禾餐饮管理有限公司' });
    for (const { category } of manifest.files) expect(files[`${category}.csv`]).toContain(DEMONSTRATION_USCC);
    for (const { identifiers } of manifest.hardCases) {
      expect(identifiers.length).toBeGreaterThan(0);
      for (const identifier of identifiers) expect(everything).toContain(identifier);
    }
    expect(manifest.hardCases.map((hardCase) => hardCase.case)).toMatchInlineSnapshot(`
      [
        "same name, different codes",
        "renamed firm",
        "merged firm",
        "sole proprietor become a company",
        "one person heads two firms",
        "branch",
        "withdrawn penalty",
        "repaired, then offended again",
        "licence without end",
        "fine in yuan in the column for ten thousand yuan",
        "decisions of three authorities",
        "penalty on a minor",
        "penalty on a natural person",
        "old 15-digit number that the registry knows",
        "old 15-digit number that nobody knows",
        "wrong check character",
        "wrong inner digit",
        "unknown division",
        "code in small letters with a space",
        "cell that would start a formula",
      ]
    `);
  });

  test('can be told from the day its records end', async () => {
    const { files } = await city({ subjects: 60, baseDate: '2020-06-15' });
    expect(files['tax-payments.csv']).toContain('2020-05');
    expect(`${files['licenses.csv']}${files['penalties.csv']}`).not.toMatch(/〔202[1-9]〕/);
  });

  test.each([-1, 1.5, 4_000_001])('of %s subjects cannot be made', async (subjects) => {
    await expect(city({ subjects })).rejects.toThrow('subjects must be 0 to 4000000');
  });
});

describe('the subjects of a city', () => {
  const subjects = Array.from({ length: 2_000 }, (_, index) => subjectOf('1', index, BASE_DATE));
  const share = (is: (subject: (typeof subjects)[number]) => boolean) => subjects.filter(is).length / subjects.length;

  test.each<[string, (subject: (typeof subjects)[number]) => boolean, number, number]>([
    ['companies', ({ registration }) => registration?.uscc.startsWith('91') === true, 0.63, 0.03],
    ['sole proprietors', ({ registration }) => registration?.uscc.startsWith('92') === true, 0.34, 0.03],
    ['in operation', ({ registration }) => registration?.status === '存续', 0.88, 0.02],
    ['owing tax', ({ tax }) => (tax?.arrears.length ?? 0) > 0, 0.022, 0.01],
    ['never penalised', ({ penalties }) => penalties.length === 0, 0.74, 0.05],
  ])('are %s as often as the specification says', (_, is, expected, tolerance) => {
    expect(Math.abs(share(is) - expected)).toBeLessThan(tolerance);
  });

  test('have capitals whose median is about 188 times 10,000 yuan', () => {
    const firms = subjects.flatMap(({ registration }) =>
      registration?.typeCode === '1130' ? [Number(registration.capitalWan)] : [],
    );
    const median = firms.sort((a, b) => a - b)[Math.floor(firms.length / 2)] ?? 0;
    expect(median).toBeGreaterThan(120);
    expect(median).toBeLessThan(320);
  });

  test('have no record later than the base date and no minor among their people', () => {
    for (const { licences, penalties, registration } of subjects) {
      for (const { decidedOn } of [...licences, ...penalties]) expect(decidedOn <= BASE_DATE).toBe(true);
      for (const { birthDate } of registration?.officers ?? []) expect(birthDate < '1999').toBe(true);
    }
  });
});

function digest(files: Record<string, string>): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
