import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../database/db.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { isEmptyCity, loadSampleCity, type SampleCityOptions } from './sample-city.ts';

/** Where the city goes that a first start loads, and who is told. */
export interface FirstCityOptions extends Omit<SampleCityOptions, 'baseDate'> {
  /** Of the embedded database; it keeps what was begun until it is done. */
  dataDirectory: string;
  /** Told before anything is loaded, of how many subjects; `again` where it goes on with what was begun before. */
  onBegin: (subjects: number, again: boolean) => void;
}

type BegunCity = Required<Pick<SampleCityOptions, 'subjects' | 'seed' | 'baseDate'>>;

/**
 * Loads the sample city into a database that has nothing, or the rest of one whose loading was cut off: that one, whatever is asked for
 * now. Dying on the way leaves it to be called again. Resolves when there is nothing more to load.
 */
export async function loadFirstCity(db: Db, { dataDirectory, onBegin, ...options }: FirstCityOptions): Promise<void> {
  const file = begunFile(dataDirectory);
  const begun = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BegunCity) : undefined;
  if (begun === undefined && !(await isEmptyCity(db))) return;
  const { subjects, seed, clock } = options;
  const city = begun ?? { subjects, seed, baseDate: cityToday(clock) };
  onBegin(city.subjects, begun !== undefined);
  writeFileSync(file, JSON.stringify(city));
  // Dying in here: what is loaded again is known by its records, and changes nothing.
  await loadSampleCity(db, { ...options, ...city });
  rmSync(file);
}

/** Whether a sample city was begun here and not finished. */
export function isCityUnfinished(dataDirectory: string): boolean {
  return existsSync(begunFile(dataDirectory));
}

function begunFile(dataDirectory: string): string {
  return join(dataDirectory, 'sample-city-begun.json');
}
