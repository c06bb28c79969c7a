import * as v from 'valibot';
import { isCalendarDate } from '../schema/calendar.ts';
import type { PolicyFault } from './fault.ts';
import { readYaml, validateYaml } from './yaml-file.ts';

const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.check(isCalendarDate, 'must be a date, YYYY-MM-DD'));
const upTo = (most: number) =>
  v.pipe(
    v.number(),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(most, `must be at most ${most}`),
  );

const limitsSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^EX-\d+$/, 'must look like EX-1')),
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
  rows: upTo(10_000_000),
  // A part is one answer, and one transaction of its making.
  rowsPerPart: upTo(5_000),
  days: upTo(90),
  heldPerAccount: upTo(1_000),
});

const fileSchema = v.array(limitsSchema);

/**
 * Limits on exports of the query log: `rows` in one export, `rowsPerPart` in one part of it, `days` that it is kept once it is ready,
 * `heldPerAccount` exports of one account at a time. `effective` are city dates, both included.
 */
export type ExportLimits = v.InferOutput<typeof limitsSchema>;

/** Reads `exports.yaml`; without the file nothing may be exported. `text` undefined = there is no file. */
export function parseExportLimits(
  name: string,
  text: string | undefined,
): { exports: readonly ExportLimits[]; faults: readonly PolicyFault[] } {
  if (text === undefined) return { exports: [], faults: [] };
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { exports: [], faults };
  const { value = [], faults: wrong } = validateYaml(fileSchema, file);
  const ordered = [...value].sort((a, b) => (a.effective.from < b.effective.from ? -1 : 1));
  const twice = ordered
    .filter(({ effective }, index) => {
      const next = ordered[index + 1];
      return next !== undefined && (effective.to ?? next.effective.from) >= next.effective.from;
    })
    .map(({ id }) => ({ at: file.at([]), message: `${id}: is in force on the same day as the next` }));
  return { exports: value, faults: [...wrong, ...twice] };
}

/** The same from a version that was kept. @throws {v.ValiError} when the content is not what was kept. */
export function keptExportLimits(content: unknown): readonly ExportLimits[] {
  return content === undefined ? [] : v.parse(fileSchema, content);
}

/** The limits in force on a city date; undefined on a day on which nothing may be exported. */
export function exportLimitsOn(exports: readonly ExportLimits[], day: string): ExportLimits | undefined {
  return exports.find(({ effective: { from, to } }) => from <= day && (to === undefined || day <= to));
}
