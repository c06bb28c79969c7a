import { noticeHash } from '../../policies/authorization-template.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { policies } from '../../policies/policies.fixture.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { Consent } from './consent.ts';
import type { TermsContext } from './authorization-terms.ts';

/** 12:00 on 2026-06-15 in the city. */
export const NOW = Date.parse('2026-06-15T04:00:00Z');
export const BANK = '91370100MA3BANK01X';
export const KEY = 'k'.repeat(43);
export const COMPANY = `o-${'c'.repeat(22)}` as SubjectId;
export const OTHER_COMPANY = `o-${'d'.repeat(22)}` as SubjectId;

/** The hash of the notice in force. */
export function noticeOf(template: string): string {
  const found = policies.template(template, '2026-06-15');
  if (found === undefined) throw new Error(template);
  return noticeHash(found);
}

/** A request that holds, for a loan to be granted; a test names what is wrong with its own. */
export function asked(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'a1',
    subject: COMPANY,
    grantee: { organization: BANK, keyThumbprint: KEY },
    purpose: 'LOAN_PRE',
    scope: { categories: ['REGISTRATION', 'TAX'] },
    dataFrom: '2024-06-16',
    dataTo: '2026-06-15',
    notBefore: '2026-06-15T04:00:00Z',
    expiresAt: '2026-07-15T04:00:00Z',
    maxUses: 3,
    maxUsesPerDay: 2,
    dataLifeDays: 90,
    matter: 'DK-2026-0001',
    template: { id: 'LOAN_PRE', version: '2026.1' },
    noticeHash: noticeOf('LOAN_PRE'),
    ...changes,
  };
}

/** What requests are held against; the bank's own token. */
export function context(policy: TermsContext['policy'] = policies as PolicySet): TermsContext {
  return { policy, grantee: { actor: 'BANK', organization: BANK, keyThumbprint: KEY }, now: NOW };
}

/** A consent that holds. */
export function consent(changes: Partial<Consent> = {}): Consent {
  return {
    actor: 'SUBJECT',
    organization: COMPANY,
    subject: COMPANY,
    signatory: 'LEGAL_REPRESENTATIVE',
    assurance: 'HIGH',
    channel: 'CITY_PORTAL',
    separateConsent: true,
    noticeHash: noticeOf('LOAN_PRE'),
    ...changes,
  };
}
