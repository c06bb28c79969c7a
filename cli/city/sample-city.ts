import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../../database/db.ts';
import { type Clock, cityToday } from '../../schema/city-clock.ts';
import { importCategory } from '../../subgraphs/import-categories.ts';
import { importFile, type ImportProgress } from '../../subgraphs/kit/import/import-file.ts';
import { settleWaiting } from '../../subgraphs/settle-waiting.ts';
import { generateCity, type Manifest } from '../sample/generate-city.ts';

export interface SampleCityOptions {
  subjects: number;
  seed: number;
  subjectKey: string;
  clock: Clock;
  /** The day the city's records end; default: the city's today, so that what is public is public now. */
  baseDate?: string;
  onProgress?: (progress: ImportProgress) => void;
}

/** Who answers for the rows of a city nobody sent. */
const SAMPLE_OFFICER = '样例数据';

/** Whether no department of this database has ever received a record: the registry's are always the first. */
export async function isEmptyCity(db: Db): Promise<boolean> {
  return (await db.query('select 1 from registry.batch limit 1')).rows.length === 0;
}

/**
 * Makes the fictitious city and takes its files in the way a department's files are taken in, faults included. Dying on
 * the way leaves part of it: the imports are harmless to repeat (`first-city.ts`).
 */
export async function loadSampleCity(db: Db, options: SampleCityOptions): Promise<Manifest> {
  const { subjects, seed, subjectKey, clock, baseDate = cityToday(clock), onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-sample-'));
  try {
    const manifest = await generateCity({ subjects, seed, outDirectory: folder, baseDate });
    for (const { file, category: name } of manifest.files) {
      const category = importCategory(name);
      if (!category) throw new Error(`the sample city has a file of an unknown category: ${name}`);
      const source = { path: join(folder, file) };
      await importFile({ db, category, source, officer: SAMPLE_OFFICER, subjectKey, clock, ...(onProgress && { onProgress }) });
    }
    await settleWaiting(db, { clock });
    return manifest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
