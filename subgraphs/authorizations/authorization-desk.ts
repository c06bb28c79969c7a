import type { Acting } from '../../schema/acting.ts';
import type { AssuranceLevel, AuthorizationState, ConsentChannel, SignatoryRole } from '../../schema/authorization-terms.ts';

/** What a bank asks for; what it may ask is not decided here. */
export interface AuthorizationRequest {
  subject: string;
  purpose: string;
  categories: readonly string[];
  fields?: readonly string[] | null;
  dataFrom: string;
  dataTo: string;
  notBefore: string;
  expiresAt: string;
  maxUses: number;
  maxUsesPerDay: number;
  dataLifeDays: number;
  matter: string;
  template: string;
  templateVersion: string;
  noticeHash: string;
}

/** How the subject agrees. */
export interface AuthorizationConsent {
  separateConsent: boolean;
  noticeHash: string;
}

/** An authorization as those whom it concerns see it. Instants are RFC 3339 UTC, days city dates. */
export interface AuthorizationView extends Omit<AuthorizationRequest, 'fields'> {
  id: string;
  /** As of now, whether or not time's changes are on record yet. */
  state: AuthorizationState;
  grantee: string;
  keyThumbprint: string;
  fields: readonly string[] | null;
  requestedAt: string;
  lapsesAt: string;
  decidedAt: string | null;
  endedAt: string | null;
  loanOpen: boolean;
  usesSettled: number;
  usesReserved: number;
  /** Uses whose query neither ended nor failed in time, and which were given back. */
  usesLost: number;
  signatory: SignatoryRole | null;
  assurance: AssuranceLevel | null;
  channel: ConsentChannel | null;
  separateConsent: boolean | null;
  /** SHA-256 (hex) of the artefact, and the artefact as a JWS; null until it is granted. */
  digest: string | null;
  jws: string | null;
}

/** What a template in force allows at most. */
export interface AuthorizationTemplateView {
  id: string;
  version: string;
  name: string;
  purpose: string;
  basis: readonly string[];
  notice: string;
  noticeHash: string;
  categories: readonly string[];
  fields: readonly string[] | null;
  maxDays: number;
  maxUses: number;
  maxUsesPerDay: number;
  maxWindowMonths: number;
  maxDataLifeDays: number;
  openLoan: boolean;
  separateConsent: boolean;
  assurance: AssuranceLevel;
  signatories: readonly SignatoryRole[];
  channels: readonly ConsentChannel[];
}

/** Where authorizations are asked for, given and taken back: the gateway's. Everything rejects with a code of its table. */
export interface AuthorizationDesk {
  request(by: Acting, asked: AuthorizationRequest): Promise<AuthorizationView>;
  grant(by: Acting, id: string, consent: AuthorizationConsent): Promise<AuthorizationView>;
  decline(by: Acting, id: string): Promise<AuthorizationView>;
  revoke(by: Acting, id: string): Promise<AuthorizationView>;
  attestLoan(by: Acting, id: string, open: boolean): Promise<AuthorizationView>;
  /** Null where there is none, or none that concerns the caller. */
  find(by: Acting, id: string): Promise<AuthorizationView | null>;
  /** Those that concern the caller, newest first, behind the one of the id `after` where one is given. Rejects when that does not concern the caller. */
  list(
    by: Acting,
    page: { state: AuthorizationState | null; first: number; after: string | null },
  ): Promise<readonly AuthorizationView[]>;
  templates(): readonly AuthorizationTemplateView[];
}
