import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { isCalendarDate } from '../schema/calendar.ts';
import { PolicyError, type PolicyFault } from './fault.ts';
import { readYaml, validateYaml, type YamlFile } from './yaml-file.ts';

const FILE = 'retention.yaml';
const words = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const date = v.pipe(v.string(), v.check(isCalendarDate, 'must be a date, YYYY-MM-DD'));
const period = {
  months: v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'), v.maxValue(1200)),
  basis: v.pipe(v.array(words), v.minLength(1, 'a legal basis is required')),
  effective: v.strictObject({ from: date, to: v.optional(date) }),
};
const rules = v.pipe(
  v.array(v.strictObject({ id: v.pipe(v.string(), v.regex(/^RET-\d+$/, 'must look like RET-1')), note: words, ...period })),
  v.minLength(1, 'names no rule'),
);
const schema = v.strictObject({
  floor: v.pipe(v.array(v.strictObject(period)), v.minLength(1, 'names no floor')),
  queryLog: rules,
  sealedTexts: rules,
});

/** What is kept for a time. */
export type Kept = 'queryLog' | 'sealedTexts';

/** For how long the query log, and what lies beside it, is kept. */
export interface Retention {
  /**
   * The first month (`YYYY-MM`) whose entries must still be kept on a city date; all months before it have expired.
   * @throws {PolicyError} when no rule is in force that day: nothing has expired then.
   */
  keptFrom(kept: Kept, today: string): string;
}

/** Reads `retention.yaml` of a policy directory. @throws {PolicyError} with every fault, a rule below the legal floor among them. */
export function loadRetention(directory: string): Retention {
  const { file, faults } = readYaml(FILE, read(directory));
  if (faults.length > 0) throw new PolicyError(faults);
  const { value, faults: wrong } = validateYaml(schema, file);
  if (value === undefined) throw new PolicyError(wrong);
  const low = belowFloor(value, file);
  if (low.length > 0) throw new PolicyError(low);
  return {
    keptFrom(kept, today) {
      const inForce = value[kept].filter(({ effective: { from, to } }) => from <= today && (to === undefined || today <= to));
      if (inForce.length === 0) throw new PolicyError([{ at: FILE, message: `${kept}: no rule is in force on ${today}` }]);
      return monthsBefore(today, Math.max(...inForce.map(({ months }) => months)));
    },
  };
}

function read(directory: string): string {
  try {
    return readFileSync(join(directory, FILE), 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new PolicyError([{ at: join(directory, FILE), message: `cannot be read (${reason})` }]);
  }
}

/** A rule is held against every floor that is in force on any of its days. */
function belowFloor(value: v.InferOutput<typeof schema>, file: YamlFile): PolicyFault[] {
  return (['queryLog', 'sealedTexts'] as const).flatMap((kept) =>
    value[kept].flatMap(({ id, months, effective }, index) =>
      value.floor
        .filter((floor) => floor.months > months && overlap(floor.effective, effective))
        .map((floor) => ({
          at: file.at([kept, index, 'months']),
          message: `${id}: ${months} months are below the legal floor of ${floor.months} (${floor.basis.join(', ')})`,
        })),
    ),
  );
}

interface Period {
  from: string;
  to?: string | undefined;
}

function overlap(one: Period, other: Period): boolean {
  return (one.to === undefined || other.from <= one.to) && (other.to === undefined || one.from <= other.to);
}

function monthsBefore(today: string, months: number): string {
  const [year = 0, month = 0] = today.split('-').map(Number);
  const first = year * 12 + (month - 1) - months;
  return `${String(Math.floor(first / 12)).padStart(4, '0')}-${String((first % 12) + 1).padStart(2, '0')}`;
}
