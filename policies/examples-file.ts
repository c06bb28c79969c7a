import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { ACTORS, DEPARTMENTS } from '../schema/signed-context.ts';
import { PolicyError } from './fault.ts';
import type { PolicyFault } from './fault.ts';
import type { PolicySet } from './policy-set.ts';
import type { Cell } from './treatment.ts';
import { readYaml, validateYaml } from './yaml-file.ts';

/** One example an auditor can read: who asks, for what purpose, about whom, and what is expected of each field. */
export interface PolicyExample {
  title: string;
  given: v.InferOutput<typeof givenSchema>;
  expect: Readonly<Record<string, v.InferOutput<typeof expectedSchema>>>;
  at: string;
}

/** Reads every file of `examples/`. @throws {PolicyError} with the faults of all files, or when they cannot be read. */
export function loadExamples(directory: string): PolicyExample[] {
  const names = namesIn(join(directory, 'examples'));
  const parsed = names.map((name) => parseExamples(`examples/${name}`, readFileSync(join(directory, 'examples', name), 'utf8')));
  const faults = parsed.flatMap((file) => file.faults);
  if (faults.length > 0) throw new PolicyError(faults);
  return parsed.flatMap(({ examples }) => examples);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .sort();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new PolicyError([{ at: directory, message: `cannot be read (${reason})` }]);
  }
}

/** What the policies decide otherwise than the example says. */
export function failuresOf(example: PolicyExample, policies: PolicySet, today: string): PolicyFault[] {
  const { actor, department, purpose, subject, authorized, on = today } = example.given;
  return Object.entries(example.expect).flatMap(([coordinate, expected]) => {
    const entry = policies.catalogue.get(coordinate);
    if (!entry) return [{ at: example.at, message: `the schema has no ${coordinate}` }];
    const own = actor === 'DEPARTMENT' && entry.owner !== null && entry.owner === department;
    const cell = policies.decide({ purpose, actor, own, person: subject === 'person', authorized, coordinate }, on);
    if (agrees(cell, expected)) return [];
    const decided = [cell.treatment.toLowerCase(), cell.mask, cell.rule].filter((part) => part !== undefined).join(' ');
    return [{ at: example.at, message: `${example.title}: ${coordinate} is decided ${decided}` }];
  });
}

const date = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
const givenSchema = v.strictObject({
  actor: v.picklist(ACTORS),
  department: v.optional(v.picklist(DEPARTMENTS)),
  purpose: v.string(),
  /** Whose data: an organisation, or a natural person or sole proprietor. */
  subject: v.optional(v.picklist(['organization', 'person']), 'organization'),
  /** Whether an authorization of the subject covers the fields. */
  authorized: v.optional(v.boolean(), false),
  on: v.optional(date),
});
const expectedSchema = v.strictObject({
  treatment: v.picklist(['reveal', 'generalize', 'mask', 'pseudonymize', 'withhold']),
  rule: v.string(),
  mask: v.optional(v.string()),
});
const examplesSchema = v.array(
  v.strictObject({ title: v.string(), given: givenSchema, expect: v.record(v.string(), expectedSchema) }),
);

function parseExamples(name: string, text: string): { examples: PolicyExample[]; faults: readonly PolicyFault[] } {
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { examples: [], faults };
  const { value, faults: wrong } = validateYaml(examplesSchema, file);
  return { examples: (value ?? []).map((example, index) => ({ ...example, at: file.at([index]) })), faults: wrong };
}

function agrees(cell: Cell, { treatment, rule, mask }: v.InferOutput<typeof expectedSchema>): boolean {
  return cell.treatment.toLowerCase() === treatment && cell.rule === rule && (mask === undefined || cell.mask === mask);
}
