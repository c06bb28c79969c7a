import { type AuthorizationTemplate, noticeHash } from '../../policies/authorization-template.ts';
import {
  ASSURANCE_LEVELS,
  type AssuranceLevel,
  type ConsentChannel,
  type SignatoryRole,
} from '../../schema/authorization-terms.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { AuthorizationTerms } from './authorization-terms.ts';

/** The subject's own decision: who signs, how surely known, where, and what was read. */
export interface Consent {
  actor: Actor;
  organization: string;
  /** Opaque id of the subject signed for. */
  subject?: string;
  signatory?: SignatoryRole;
  assurance?: AssuranceLevel;
  channel?: ConsentChannel;
  /** Consent to this alone (PIPL art. 23). */
  separateConsent: boolean;
  /** SHA-256 (hex) of the notice that was read. */
  noticeHash: string;
}

/** What an artefact keeps of a consent that holds. */
export interface GivenConsent {
  signatory: SignatoryRole;
  assurance: AssuranceLevel;
  channel: ConsentChannel;
  separateConsent: true;
}

/** Holds a consent against the terms and their template. @throws {GatewayError} one of the codes AUTHORIZATION_…, each for one fault. */
export function readConsent(consent: Consent, terms: AuthorizationTerms, template: AuthorizationTemplate): GivenConsent {
  const fault = FAULTS.find(([, isFault]) => isFault({ consent, terms, template }))?.[0];
  if (fault !== undefined) throw new GatewayError(fault);
  const { signatory, assurance, channel } = consent;
  if (signatory === undefined || assurance === undefined || channel === undefined)
    throw new GatewayError('AUTHORIZATION_MALFORMED');
  return { signatory, assurance, channel, separateConsent: true };
}

interface Held {
  consent: Consent;
  terms: AuthorizationTerms;
  template: AuthorizationTemplate;
}

/** One row a fault, in the order in which they are looked for. */
const FAULTS: readonly (readonly [ErrorCode, (held: Held) => boolean])[] = [
  [
    'AUTHORIZATION_CONSENT_BY_GRANTEE',
    ({ consent, terms }) => consent.actor !== 'SUBJECT' || consent.organization === terms.grantee.organization,
  ],
  ['AUTHORIZATION_SIGNATORY_FOREIGN', ({ consent, terms }) => consent.subject !== terms.subject],
  [
    'AUTHORIZATION_SIGNATORY_UNAUTHORIZED',
    ({ consent: { signatory }, template }) => signatory === undefined || !template.requires.signatories.includes(signatory),
  ],
  [
    'AUTHORIZATION_ASSURANCE_TOO_LOW',
    ({ consent: { assurance }, template }) => levelOf(assurance) < levelOf(template.requires.assurance),
  ],
  [
    'AUTHORIZATION_CHANNEL_FORBIDDEN',
    ({ consent: { channel }, template }) => channel === undefined || !template.requires.channels.includes(channel),
  ],
  [
    'AUTHORIZATION_NOTICE_MISMATCH',
    ({ consent, terms, template }) => consent.noticeHash !== terms.noticeHash || noticeHash(template) !== terms.noticeHash,
  ],
  [
    'AUTHORIZATION_CONSENT_NOT_SEPARATE',
    ({ consent, template }) => template.requires.separateConsent && !consent.separateConsent,
  ],
];

function levelOf(assurance: AssuranceLevel | undefined): number {
  return assurance === undefined ? -1 : ASSURANCE_LEVELS.indexOf(assurance);
}
