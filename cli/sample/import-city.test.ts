import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { IMPORT_CATEGORIES } from '../../subgraphs/import-categories.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import type { ImportSummary } from '../../subgraphs/kit/import/import-file.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import type { Manifest } from './generate-city.ts';
import { BASE_DATE, generateCity } from './generate-city.ts';

const SUBJECTS = 120;
const clock = () => Date.parse(`${BASE_DATE}T04:00:00Z`);

let db: Db;
let manifest: Manifest;
let folder: string;
const summaries = new Map<string, ImportSummary>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xinqiao-sample-'));
  db = await openTestDatabase();
  manifest = await generateCity({ subjects: SUBJECTS, seed: 7, outDirectory: folder });
  for (const { file } of manifest.files) summaries.set(file, await imported(file));
}, 60_000);

afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

async function imported(file: string): Promise<ImportSummary> {
  const told = manifest.files.find((candidate) => candidate.file === file);
  const category = IMPORT_CATEGORIES.find(({ name }) => name === told?.category);
  if (category === undefined) throw new Error(`no category for ${file}`);
  const source = { path: join(folder, file) };
  return importFile({ db, category, source, officer: 'test', subjectKey: 'test-key', clock });
}

describe('the sample city', () => {
  test('is taken in with exactly the verdicts of its manifest', () => {
    const verdicts = manifest.files.map(({ file, rows, rejected, unmatched }) => ({
      file,
      accepted: rows - rejected,
      rejected,
      waiting: unmatched,
    }));
    expect([...summaries].map(([file, { accepted, rejected, waiting }]) => ({ file, accepted, rejected, waiting }))).toEqual(
      verdicts,
    );
  });

  test('brings the warnings and refusals of its hard cases', () => {
    expect(summaries.get('licenses.csv')?.reasons).toMatchObject({
      IDENTIFIER_CHECK_DIGIT: 1,
      UNKNOWN_DIVISION: 1,
      INNER_CHECK_DIGIT: 1,
    });
    expect(summaries.get('penalties.csv')?.reasons).toMatchObject({ MINOR: 1, AMOUNT_LOOKS_LIKE_YUAN: 1 });
  });

  test('is unchanged when it is sent again', async () => {
    const again = await imported('registrations.csv');
    expect(again).toMatchObject({ accepted: 0, unchanged: manifest.files[0]?.rows });
  });
});
