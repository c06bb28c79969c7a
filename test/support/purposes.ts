import type { PolicySet, PurposeRules } from '../../policies/policy-set.ts';

/** Rules of a purpose that asks for nothing special; a test names what matters to it. */
export function testPurpose(code: string, rules: Partial<PurposeRules> = {}): PurposeRules {
  return {
    code,
    name: code,
    basis: ['依据'],
    effective: { from: '2026-01-01' },
    actors: ['DEPARTMENT', 'CREDIT_OFFICE', 'AUDITOR', 'BANK', 'SUBJECT', 'PUBLIC'],
    requires: { matter: false, authorization: 'none', categories: [], self: false },
    limits: {},
    requiredDepartments: [],
    authorizes: false,
    ...rules,
  };
}

/** The part of a policy set that purpose and authorization look at. */
export function testPolicies(...purposes: readonly PurposeRules[]): Pick<PolicySet, 'purpose'> {
  return {
    purpose: (code, date) =>
      purposes.find(
        ({ code: known, effective: { from, to } }) => known === code && from <= date && (to === undefined || date <= to),
      ),
  };
}
