import { type Treatment, TREATMENTS } from '../../policies/treatment.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { GatewayError } from '../errors.ts';
import type { Tally } from './tally.ts';

/** How many values of one coordinate left with one treatment. */
export interface FieldCount {
  coordinate: string;
  treatment: Treatment;
  /** Non-null values and objects; 0 for what is withheld, or was asked for and not there. */
  count: number;
}

/** What is done to the values of one field, for one kind of subject. */
export interface ValueTreatment {
  /** Place of coordinate and treatment among the counts. */
  slot: number;
  withheld: boolean;
  /** What is shown of a leaf; absent where it is shown as it is. */
  show: ((value: unknown) => unknown) | undefined;
}

/** A field of the client's selection, ready for the pass over an answer. */
export interface TreatedField {
  responseKey: string;
  /** Absent for what describes the schema and for what is fetched for the record alone. */
  treated?: {
    coordinate: string;
    /** By the index of a subject's kind. */
    byKind: readonly [organization: ValueTreatment, person: ValueTreatment, unknown: ValueTreatment];
    /** Slot of the objects that leave. */
    objects: number;
  };
  /** Of a field whose type has fields of its own. */
  fields?: readonly TreatedField[];
  isSubject: boolean;
  /** Of a field that is not shown. */
  isHidden?: boolean;
}

/** The treatments of a plan, compiled: the pass looks nothing up. */
export interface Treatments {
  fields: readonly TreatedField[];
  /**
   * What was noted by slot, as the log wants it: by coordinate, then treatment, with what was asked for in vain. The same counts
   * are mostly the same list, so that whatever is made of one is made once.
   */
  countsOf(tally: Tally): readonly FieldCount[];
}

/** Counts of one operation are often the same: lists of so many counts in all are kept, some tens of megabytes. */
const KEPT_COUNTS = 200_000;
const lists = createBoundedCache<readonly FieldCount[]>(KEPT_COUNTS, (list) => list.length + 1);
let compiled = 0;

/** Compiles the treatments of a plan's fields. */
export function compileTreatments(fields: readonly PlannedField[]): Treatments {
  const number = ++compiled;
  const slots = slotsOf(fields);
  const slotOf = new Map(slots.map(({ coordinate, treatment }, slot) => [`${coordinate} ${treatment}`, slot]));
  const find: FindSlot = (coordinate, treatment) => slotOf.get(`${coordinate} ${treatment}`) ?? -1;
  const askedInVain = slotsInVain(fields, slots, find);
  return {
    fields: fields.map((field) => treatedField(field, find)),
    countsOf(tally) {
      const { counts, met, buffer } = tally.sums(slots.length);
      for (const { all, unmet } of askedInVain) if (all.every((slot) => met[slot] === 0)) met[unmet] = 1;
      return lists.remember(`${number} ${textOf(buffer)}`, () =>
        slots.flatMap(({ coordinate, treatment }, index) =>
          met[index] === 1 ? { coordinate, treatment, count: counts[index] ?? 0 } : [],
        ),
      );
    },
  };
}

/** The very bytes, a character each. */
function textOf(buffer: ArrayBuffer): string {
  return Buffer.from(buffer).toString('latin1');
}

type Slot = Omit<FieldCount, 'count'>;
type FindSlot = (coordinate: string, treatment: Treatment) => number;

/** Every treatment that a coordinate of the plan can get, in the order of the log. */
function slotsOf(fields: readonly PlannedField[]): readonly Slot[] {
  const slots = new Map<string, Slot>();
  for (const { coordinate, organization, person, fields: below } of withBelow(fields)) {
    if (coordinate === null) continue;
    const possible = [organization.treatment, person.treatment, ...(below ? (['REVEAL'] as const) : [])];
    for (const treatment of possible) slots.set(`${coordinate} ${treatment}`, { coordinate, treatment });
  }
  return [...slots].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, slot]) => slot);
}

/** A coordinate that no object of the answer had counts 0 under its stricter treatment: to have asked in vain is to have asked. */
function slotsInVain(fields: readonly PlannedField[], slots: readonly Slot[], find: FindSlot) {
  const unmet = new Map<string, number>();
  for (const field of withBelow(fields)) {
    if (field.coordinate === null || unmet.has(field.coordinate)) continue;
    unmet.set(field.coordinate, find(field.coordinate, stricter(field).treatment));
  }
  return [...unmet].map(([coordinate, slot]) => ({
    all: slots.flatMap((each, index) => (each.coordinate === coordinate ? [index] : [])),
    unmet: slot,
  }));
}

function withBelow(fields: readonly PlannedField[]): readonly PlannedField[] {
  return fields.flatMap((field) => [field, ...withBelow(field.fields ?? [])]);
}

function treatedField(field: PlannedField, find: FindSlot): TreatedField {
  const { responseKey, coordinate, organization, person, fields, isSubject = false, isHidden = false } = field;
  const below = fields && { fields: fields.map((inner) => treatedField(inner, find)) };
  if (coordinate === null) return { responseKey, isSubject, isHidden, ...below };
  const compile = (treatment: FieldTreatment) => valueTreatment(treatment, coordinate, find);
  return {
    responseKey,
    treated: {
      coordinate,
      byKind: [compile(organization), compile(person), compile(stricter(field))],
      objects: find(coordinate, 'REVEAL'),
    },
    ...below,
    isSubject,
  };
}

/** A subject without a proper id is treated as whichever kind is shown less. */
function stricter({ organization, person }: PlannedField): FieldTreatment {
  return TREATMENTS.indexOf(organization.treatment) > TREATMENTS.indexOf(person.treatment) ? organization : person;
}

function valueTreatment({ treatment, apply }: FieldTreatment, coordinate: string, find: FindSlot): ValueTreatment {
  return {
    slot: find(coordinate, treatment),
    withheld: treatment === 'WITHHOLD',
    show: treatment === 'REVEAL' ? undefined : blocking(apply, coordinate),
  };
}

/** A treatment without a mask would let the raw value through. */
function blocking(apply: FieldTreatment['apply'], coordinate: string): (value: unknown) => unknown {
  return (value) => {
    if (!apply) throw blocked(coordinate);
    try {
      return apply(value);
    } catch {
      // The cause stays here: its message may hold the value.
      throw blocked(coordinate);
    }
  };
}

/** Blocks the whole answer; says where, and nothing of the value. */
export function blocked(coordinate: string): GatewayError {
  return new GatewayError('INTERNAL', { coordinate });
}
