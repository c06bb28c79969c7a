import type { AuthorizationTemplate } from './authorization-template.ts';
import type { Category, Sensitivity } from '../schema/classification.ts';
import type { Actor } from '../schema/signed-context.ts';
import type { Treatment } from './treatment.ts';
import type { ExportLimits } from './export-limits.ts';
import type { ReviewPolicy } from './review-rules.ts';
import type { ClientRule } from './clients.ts';
import type { RegistrationRule } from './registration.ts';
import type { SealRule } from './seals.ts';

/** Whose values a rule speaks of: organisations, persons (natural persons and sole proprietors), or both. */
export type Subjects = 'organizations' | 'persons' | 'both';

/** One rule as the file states it, with every shorthand written out. */
export interface Rule {
  id: string;
  /** Legal basis; the purpose's own where the rule names none. */
  basis: readonly string[];
  /** Kinds of caller it speaks to: all of the purpose's where the file names none. */
  actors: readonly Actor[];
  subjects: Subjects;
  /** What it speaks of: whole categories, or single coordinates. */
  scope: { categories: readonly Category[] } | { fields: readonly string[] };
  /** Treatment per class; a class that is missing is one the rule says nothing about. */
  treatments: Readonly<Partial<Record<Sensitivity, Treatment>>>;
  /** A mask other than the one the field declares. */
  mask?: string;
  /** Decides in place of the ordinary rules, and so may loosen; has a basis of its own. */
  override: boolean;
  /** Where it stands, for messages: `purposes/X.yaml:12`. */
  at: string;
}

/** What must accompany a query for the purpose. */
export interface Requirements {
  /** Whether a case number is needed. */
  matter: boolean;
  /** Whether the subject's authorisation is needed for what is not public. */
  authorization: 'none' | 'subject';
  /** Categories whose departments must answer, or the whole query fails (必要参考). */
  categories: readonly Category[];
  /** Whether the caller may ask about itself only. */
  self: boolean;
}

/** Quotas of a purpose; a missing one is no limit. */
export interface Limits {
  subjectsPerRequest?: number;
  /** Per operator and city day. */
  subjectsPerDay?: number;
  /** Per operator (per address for the public) and hour. */
  requestsPerHour?: number;
  /** What each subject asked for in vain, not there or refused, costs of the hour's requests. */
  requestsPerMiss?: number;
  /** Of all operators of an organisation together. */
  organization?: Pick<Limits, 'subjectsPerDay' | 'requestsPerHour'>;
  /** Different questions by a threshold that one authorization answers. */
  thresholdsPerAuthorization?: number;
}

/** One purpose in one period of force. */
export interface PurposeSource {
  code: string;
  name: string;
  description: string;
  basis: readonly string[];
  /** City dates, both inclusive; open-ended without `to`. */
  effective: { from: string; to?: string };
  actors: readonly Actor[];
  requires: Requirements;
  limits: Limits;
  discloses: readonly Rule[];
  /** For what the asking department itself owns; where no rule here speaks, `discloses` decides. */
  own: readonly Rule[];
  /** For what a valid authorization of the subject covers; where no rule here speaks, `discloses` decides. */
  authorized: readonly Rule[];
  at: string;
}

/** How a masked value looks. MASK hides characters, GENERALIZE lowers precision. */
export type MaskShape =
  | { kind: 'keep'; first: number; last: number; fill: number; hides: number }
  | { kind: 'name' }
  | { kind: 'phone' }
  | { kind: 'email' }
  | { kind: 'address' }
  | { kind: 'bands'; bounds: readonly string[] }
  | { kind: 'precision'; to: 'month' | 'year' };

/** A named mask of masks.yaml. */
export interface MaskSpec {
  name: string;
  title: string;
  shape: MaskShape;
  /** Scalars it may be applied to. */
  scalars: readonly string[];
  /** Raw value → masked value, checked by `policy check`. */
  examples: Readonly<Record<string, string>>;
}

/** Everything the policy files say, parsed and valid in itself; not yet held against a schema. */
export interface PolicySource {
  version: string;
  purposes: readonly PurposeSource[];
  masks: ReadonlyMap<string, MaskSpec>;
  /** Argument coordinate → the field it filters by, whose right it needs too. */
  filters: ReadonlyMap<string, string>;
  /** Argument coordinate → the field whose bands its values must be bounds of. */
  thresholds: ReadonlyMap<string, string>;
  /** Coordinates that no purpose discloses on purpose, each with the reason. */
  undisclosed: ReadonlyMap<string, string>;
  /** Which looks are kept from their subject, and for how long. */
  seals: readonly SealRule[];
  /** Whose tokens are bound to a key. */
  clients: readonly ClientRule[];
  /** Who runs registered operations only. */
  registration: readonly RegistrationRule[];
  /** What subjects' authorizations may say at most. */
  templates: readonly AuthorizationTemplate[];
  /** Which looks an auditor must review. */
  review: ReviewPolicy;
  /** How much auditors may take out of the query log at a time. */
  exports: readonly ExportLimits[];
}

/** The label a mask's effect has in the decision table and in answers. */
export function maskTreatment(mask: MaskSpec): 'MASK' | 'GENERALIZE' {
  return mask.shape.kind === 'bands' || mask.shape.kind === 'precision' ? 'GENERALIZE' : 'MASK';
}
