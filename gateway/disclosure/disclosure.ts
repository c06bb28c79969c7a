import type { DocumentNode } from 'graphql';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Treatment } from '../../policies/treatment.ts';

/** Response key under which the gateway fetches the id of every credit subject, to log it and to choose its treatment. Clients may not use it. */
export const SUBJECT_ID_KEY = '_xinqiao_id';

/** Response key under which the gateway fetches whom a page of a search found: they are on record whatever of the page is asked for. */
export const FOUND_KEY = '_xinqiao_found';

/** What happens to one field's value; `apply` is compiled once per plan, total, and throws only when the answer must be blocked. */
export interface FieldTreatment {
  treatment: Treatment;
  /** Name of the mask, where one applies. */
  mask?: string;
  rule: string;
  basis: readonly string[];
  /** The mask to apply to a leaf, of byte texts (`byte-text.ts`); absent for REVEAL and WITHHOLD. */
  apply?: (value: unknown) => unknown;
}

/** One field of the client's own selection, fragments inlined, skip and include resolved, in the client's order; or one of ours. */
export interface PlannedField {
  responseKey: string;
  /** `Type.field`; a meta field such as `__typename` has none and is always revealed. */
  coordinate: string | null;
  /** Treatment where the enclosing subject is an organisation, and where it is a person or sole proprietor. */
  organization: FieldTreatment;
  person: FieldTreatment;
  /** Set for a field whose type has fields of its own. */
  fields?: readonly PlannedField[];
  /** Whether its objects tell of one subject each, so that {@link SUBJECT_ID_KEY} was added to the fetched selection. */
  isSubject?: boolean;
  /** Whether the client did not ask for it: it is fetched for the record and not shown. */
  isHidden?: boolean;
}

/** What a plan would show, compiled once per operation, policy version, caller class and subject kinds. */
export interface DisclosurePlan {
  /** The operation to execute: withheld fields pruned, subject ids added, unused variables dropped. */
  operation: { document: DocumentNode; text: string; hash: string; name: string | null; variableNames: ReadonlySet<string> };
  /** The client's selection. */
  fields: readonly PlannedField[];
  /** Departments the operation may be sent to. */
  departments: readonly string[];
  /** Every treatment short of revealing, with its reason, for the client to read. */
  notices: readonly DisclosureNotice[];
  policyHash: string;
  /** Whether it changes something: a mutation, of one field. */
  acts: boolean;
  /** Whether it asks for the schema itself (`__schema`, `__type`). */
  introspects: boolean;
}

/** Which kinds of subject a value can belong to. */
export type SubjectKinds = 'organizations' | 'persons' | 'both';

/** Why a field is not shown as it is, and to which subjects that applies. */
export interface DisclosureNotice {
  coordinate: string;
  treatment: Exclude<Treatment, 'REVEAL'>;
  rule: string;
  basis: readonly string[];
  subjects: SubjectKinds;
}

/** The plan for one request, with the subjects it asks for. */
export interface Disclosure {
  plan: DisclosurePlan;
  /** Opaque ids of the subjects named in the arguments, computed before anything is fetched. */
  asked: readonly SubjectId[];
  /** Each different question by a threshold about the subject of the authorization, once; nobody's without one. */
  questions: readonly Question[];
}

/** A question that is answered yes or no by a threshold. */
export interface Question {
  /** Coordinate of the field that answers it. */
  coordinate: string;
  /** Its arguments as canonical JSON, the threshold in its one spelling. */
  asked: string;
}
