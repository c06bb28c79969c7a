import { isPersonSubject, isSubjectId } from '../../schema/identifiers/subject-id.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { TREATMENTS } from '../../policies/treatment.ts';
import type { Treatment } from '../../policies/treatment.ts';
import { SUBJECT_ID_KEY } from '../disclosure/disclosure.ts';
import type { DisclosurePlan, FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { GatewayError } from '../errors.ts';
import type { RawAnswer } from '../execution/execution.ts';

/** How many values of one coordinate left with one treatment. */
export interface FieldCount {
  coordinate: string;
  treatment: Treatment;
  /** Non-null values and objects; 0 for what is withheld, or was asked for and not there. */
  count: number;
}

/** The answer as the client may see it. */
export interface Shown {
  data: Record<string, unknown> | null;
  /** By coordinate and treatment, one entry for every field of the client's selection. */
  counts: ReadonlyMap<string, FieldCount>;
  /** Opaque ids of the subjects in the answer, each once. */
  subjects: readonly SubjectId[];
}

/**
 * Rebuilds the departments' answer in the client's order: each value as its plan treats it, null where it is withheld.
 * Nothing that the plan does not name is copied. Pure; never changes the raw answer.
 * @throws {GatewayError} INTERNAL, naming the coordinate, when a mask fails or a value has not the shape of its type:
 * the whole answer is then blocked.
 */
export function desensitize(answer: Pick<RawAnswer, 'data'>, plan: Pick<DisclosurePlan, 'fields'>): Shown {
  const tally: Tally = { counts: new Map(), coordinates: new Set(), subjects: new Set() };
  const data = answer.data === null ? null : rebuild(answer.data, plan.fields, { kind: 'unknown', tally });
  for (const field of plan.fields) noteAskedInVain(field, tally);
  return { data, counts: tally.counts, subjects: [...tally.subjects] };
}

interface Tally {
  counts: Map<string, FieldCount>;
  /** Coordinates that have a count. */
  coordinates: Set<string>;
  subjects: Set<SubjectId>;
}

interface Surroundings {
  /** Kind of the nearest enclosing subject, by the letter of its id. */
  kind: 'organization' | 'person' | 'unknown';
  tally: Tally;
}

/** Enters the fields that no object of the answer had, with a count of 0: to have asked in vain is to have asked. */
function noteAskedInVain(field: PlannedField, tally: Tally): void {
  const { coordinate } = field;
  if (coordinate !== null && !tally.coordinates.has(coordinate)) {
    count(coordinate, treatmentFor(field, 'unknown').treatment, { tally, by: 0 });
  }
  for (const inner of field.fields ?? []) noteAskedInVain(inner, tally);
}

function rebuild(
  raw: Readonly<Record<string, unknown>>,
  fields: readonly PlannedField[],
  around: Surroundings,
): Record<string, unknown> {
  // Entries define own properties: a client may call a field `__proto__`.
  return Object.fromEntries(
    fields.map((field) => [
      field.responseKey,
      show(Object.hasOwn(raw, field.responseKey) ? raw[field.responseKey] : null, field, around),
    ]),
  );
}

function show(value: unknown, field: PlannedField, around: Surroundings): unknown {
  if (field.coordinate === null) return value ?? null;
  const chosen = treatmentFor(field, around.kind);
  if (chosen.treatment === 'WITHHOLD') {
    count(field.coordinate, 'WITHHOLD', { tally: around.tally, by: 0 });
    return null;
  }
  if (field.fields !== undefined)
    return showObject(value, { ...field, coordinate: field.coordinate, fields: field.fields }, around);
  return showLeaf(value, field.coordinate, chosen, around.tally);
}

type ObjectField = PlannedField & { coordinate: string; fields: readonly PlannedField[] };

function showObject(value: unknown, field: ObjectField, around: Surroundings): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item: unknown) => showObject(item, field, around));
  if (typeof value !== 'object') throw new GatewayError('INTERNAL', { coordinate: field.coordinate });
  const raw = value as Readonly<Record<string, unknown>>;
  const kind = field.isSubject === true ? kindOf(raw[SUBJECT_ID_KEY], around.tally) : around.kind;
  count(field.coordinate, 'REVEAL', { tally: around.tally, by: 1 });
  return rebuild(raw, field.fields, { kind, tally: around.tally });
}

/** A subject without a proper id is treated as whichever kind is shown less. */
function kindOf(id: unknown, tally: Tally): Surroundings['kind'] {
  if (typeof id !== 'string' || !isSubjectId(id)) return 'unknown';
  tally.subjects.add(id);
  return isPersonSubject(id) ? 'person' : 'organization';
}

function showLeaf(value: unknown, coordinate: string, { treatment, apply }: FieldTreatment, tally: Tally): unknown {
  const present = presentValues(value, coordinate);
  count(coordinate, treatment, { tally, by: present });
  if (present === 0 || treatment === 'REVEAL') return value ?? null;
  // A treatment without a mask would let the raw value through.
  if (!apply) throw new GatewayError('INTERNAL', { coordinate });
  try {
    return apply(value);
  } catch {
    // The cause stays here: its message may hold the value.
    throw new GatewayError('INTERNAL', { coordinate });
  }
}

/** How many values there are in a leaf, a list counting each of its own; an object in a scalar's place is refused. */
function presentValues(value: unknown, coordinate: string): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + presentValues(item, coordinate), 0);
  if (typeof value === 'object') throw new GatewayError('INTERNAL', { coordinate });
  return 1;
}

function treatmentFor({ organization, person }: PlannedField, kind: Surroundings['kind']): FieldTreatment {
  if (kind !== 'unknown') return kind === 'person' ? person : organization;
  return TREATMENTS.indexOf(organization.treatment) > TREATMENTS.indexOf(person.treatment) ? organization : person;
}

function count(coordinate: string, treatment: Treatment, { tally, by }: { tally: Tally; by: number }): void {
  const key = `${coordinate} ${treatment}`;
  tally.coordinates.add(coordinate);
  const entry = tally.counts.get(key);
  if (entry) entry.count += by;
  else tally.counts.set(key, { coordinate, treatment, count: by });
}
