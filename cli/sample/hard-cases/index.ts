import { decisionCases } from './decision-cases.ts';
import type { HardCase } from './hard-case.ts';
import { identifierCases } from './identifier-cases.ts';
import { registryCases } from './registry-cases.ts';

/** Hard cases of the domain for which the six departments have no place yet. */
export const NO_PLACE_YET = [
  'objection upheld',
  'overlapping serious and red list',
  'expired consent',
  'late by exactly one working day',
] as const;

/** Every hard case, the same at every seed; their dates are told from `baseDate`. */
export function hardCases(baseDate: string): readonly HardCase[] {
  return [...registryCases(baseDate), ...decisionCases(baseDate), ...identifierCases(baseDate)];
}
