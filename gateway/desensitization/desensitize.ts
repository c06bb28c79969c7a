import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { DisclosurePlan } from '../disclosure/disclosure.ts';
import type { CompletedAnswer, RawAnswer } from '../execution/execution.ts';
import { oncePer } from '../once-per.ts';
import { Tally } from './tally.ts';
import { compileTreatments, type FieldCount } from './treatments.ts';

/** The answer as the client may see it. */
export interface Shown extends CompletedAnswer {
  /** By coordinate and treatment, in this order; at least one entry for every field of the client's selection. */
  counts: readonly FieldCount[];
  /** Opaque ids of the subjects in the answer, each once. */
  subjects: readonly SubjectId[];
  /** What was shown as their names, as it was shown. */
  names: ReadonlyMap<SubjectId, string>;
}

/**
 * Takes the one pass over what the departments answered, with the plan's treatments: the client's fields in the client's
 * order, each value checked, treated for the kind of its subject, and counted; null where it is withheld. Nothing that
 * the plan does not name is copied. Pure; never changes the raw answer.
 * @throws {GatewayError} INTERNAL, naming the coordinate, when a mask fails or an object stands in a leaf's place: the
 * whole answer is then blocked.
 */
export function desensitize(answer: RawAnswer, { fields }: Pick<DisclosurePlan, 'fields'>): Shown {
  const treatments = treatmentsOf(fields);
  const tally = new Tally();
  const completed = answer.complete(tally, treatments);
  return { counts: treatments.countsOf(tally), subjects: tally.subjects(), names: tally.names(), ...completed };
}

/** A plan has one list. */
const treatmentsOf = oncePer(compileTreatments);
