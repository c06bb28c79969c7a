import type { PolicySet } from '../../policies/policy-set.ts';
import type { Category } from '../../schema/classification.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';

/** What a grantee asks a subject for: every limit is there, or there is no request. Immutable from the request on. */
export interface AuthorizationTerms {
  /** Opaque id of the authorization. */
  id: string;
  subject: SubjectId;
  /** Who may use it, and with which key: RFC 7638 thumbprint. */
  grantee: { organization: string; keyThumbprint: string };
  purpose: string;
  /** Categories, and of these all fields or only those named. */
  scope: { categories: readonly Category[]; fields?: readonly string[] };
  /** City dates of the data, both inclusive. */
  dataFrom: string;
  dataTo: string;
  /** RFC 3339 UTC. */
  notBefore: string;
  expiresAt: string;
  maxUses: number;
  maxUsesPerDay: number;
  dataLifeDays: number;
  /** Number of the loan or case. */
  matter: string;
  template: { id: string; version: string };
  /** SHA-256 (hex) of the notice. */
  noticeHash: string;
}

/** What the request is held against. */
export interface TermsContext {
  policy: Pick<PolicySet, 'template' | 'purpose' | 'catalogue' | 'decide'>;
  /** Who asks, as its token proves it. */
  grantee: { actor: 'BANK'; organization: string; keyThumbprint?: string };
  /** Milliseconds since the epoch. */
  now: number;
}
