import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CsvFile } from './csv-file.ts';
import { demonstration } from './demonstration.ts';
import type { CityFile } from './files.ts';
import { CITY_FILES } from './files.ts';
import type { HardCase } from './hard-cases/hard-case.ts';
import { hardCases, NO_PLACE_YET } from './hard-cases/index.ts';
import type { SubjectRecords } from './records.ts';
import { subjectOf } from './subject.ts';

/** The day the city's records end when nobody names another: the same seed gives the same bytes on every day. */
export const BASE_DATE = '2026-10-31';
/** The demonstration company and the hard cases are always there, however few subjects are asked for. */
export const FEWEST_SUBJECTS = 1 + hardCases(BASE_DATE).flatMap(({ subjects }) => subjects).length;
const MAX_SUBJECTS = 4_000_000;
/** Subjects made between two breaths, so that a server starting meanwhile still answers. */
const BREATH = 500;

export interface CityOptions {
  /** How many subjects, the demonstration company and the hard cases among them. */
  subjects: number;
  seed: string | number;
  outDirectory: string;
  /** `YYYY-MM-DD`; defaults to {@link BASE_DATE}. */
  baseDate?: string;
  onProgress?: (made: number, of: number) => void;
}

/** One file of the city. `rejected` and `unmatched` of its `rows` are meant not to be accepted. */
export interface ManifestFile {
  file: string;
  category: string;
  department: string;
  rows: number;
  rejected: number;
  unmatched: number;
}

/** What was made: manifest.json beside the files. The files stand in the order they must be imported. */
export interface Manifest {
  city: string;
  division: string;
  seed: string;
  baseDate: string;
  subjects: number;
  files: readonly ManifestFile[];
  /** Command lines that import everything, run from the folder of the files. */
  commands: readonly string[];
  /** The company that demonstrations ask for. */
  demonstration: { unifiedSocialCreditCode: string; name: string };
  hardCases: readonly Omit<HardCase, 'subjects'>[];
  noPlaceYet: readonly string[];
}

/**
 * Writes a fictitious city as the files its departments would send, and manifest.json. The same options give the same
 * bytes. Subjects are made one by one, so memory does not grow with their number. Throws a RangeError for options that
 * make no city, and what the file system throws.
 */
export async function generateCity(options: CityOptions): Promise<Manifest> {
  const { subjects, seed, outDirectory, baseDate = BASE_DATE } = options;
  if (!Number.isInteger(subjects) || subjects < 0 || subjects > MAX_SUBJECTS)
    throw new RangeError(`subjects must be 0 to ${MAX_SUBJECTS}`);
  const cases = hardCases(baseDate);
  const company = demonstration(baseDate);
  const fixed = [company, ...cases.flatMap((hardCase) => hardCase.subjects)];
  mkdirSync(outDirectory, { recursive: true });
  const writers = CITY_FILES.map((file) => new FileWriter(file, outDirectory));
  const made = Math.max(0, subjects - fixed.length);
  try {
    for (const subject of fixed) for (const writer of writers) writer.write(subject);
    for (let index = 0; index < made; index++) {
      const subject = subjectOf(String(seed), index, baseDate);
      for (const writer of writers) writer.write(subject);
      if (index % BREATH === BREATH - 1) {
        options.onProgress?.(fixed.length + index + 1, fixed.length + made);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    for (const writer of writers) writer.close();
  }
  const files = writers.map(({ summary }) => summary);
  const manifest: Manifest = {
    city: '云汀市',
    division: '999900',
    seed: String(seed),
    baseDate,
    subjects: fixed.length + made,
    files,
    commands: files.map(({ file, category, department }) => `xinqiao import ${category} ${file} --department ${department}`),
    demonstration: { unifiedSocialCreditCode: company.registration?.uscc ?? '', name: company.registration?.name ?? '' },
    hardCases: cases.map(({ case: name, expects, identifiers }) => ({ case: name, expects, identifiers })),
    noPlaceYet: NO_PLACE_YET,
  };
  writeFileSync(join(outDirectory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** One file of the city while it is written. */
class FileWriter {
  readonly summary: ManifestFile;
  readonly #file: CityFile;
  readonly #csv: CsvFile;

  constructor(file: CityFile, outDirectory: string) {
    const { category, department } = file;
    this.#file = file;
    this.summary = { file: `${category}.csv`, category, department, rows: 0, rejected: 0, unmatched: 0 };
    this.#csv = new CsvFile(join(outDirectory, this.summary.file));
    this.#csv.append(file.columns.map(({ header }) => header));
  }

  write(subject: SubjectRecords): void {
    for (const { cells, expect } of this.#file.rowsOf(subject)) {
      this.#csv.append(this.#file.columns.map(({ field }) => cells[field] ?? ''));
      this.summary.rows++;
      if (expect === 'REJECTED') this.summary.rejected++;
      if (expect === 'UNMATCHED') this.summary.unmatched++;
    }
  }

  close(): void {
    this.#csv.close();
  }
}
