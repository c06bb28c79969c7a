import { isKnownDivision } from './division.ts';
import type { IdentifierCheck, IdentifierWarning } from './identifier.ts';
import { normaliseIdentifier } from './identifier.ts';
import { organizationCodeCheckCharacter } from './organization-code.ts';

/** The 31 characters in the order of their values: I, O, Z, S and V are left out (GB 32100-2015). */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const CHARACTERS = new RegExp(`^[${ALPHABET}]*$`);
const LENGTH = 18;
/** Registering department, category, then a division in digits. */
const CATEGORY = /^[1-9ANY][1-9]/;
const DIVISION = /^..\d{6}/;

/** Kinds of credit subjects a code can tell; a branch or partnership has a 91 code too and is told by its type code. */
export type UsccKind = 'ENTERPRISE_LEGAL_PERSON' | 'NON_ENTERPRISE_LEGAL_PERSON' | 'INDIVIDUAL_BUSINESS';

/**
 * Checks a unified social credit code (GB 32100-2015), 18 characters. Spaces, full-width forms and lower case are
 * normalised. An unknown division or a wrong inner organisation-code digit is a warning: both occur in genuine codes.
 */
export function checkUscc(text: string): IdentifierCheck {
  const value = normaliseIdentifier(text);
  if (value.length !== LENGTH) return { valid: false, reason: 'LENGTH' };
  if (!CHARACTERS.test(value)) return { valid: false, reason: 'CHARACTER' };
  if (!CATEGORY.test(value)) return { valid: false, reason: 'CATEGORY' };
  if (!DIVISION.test(value)) return { valid: false, reason: 'CHARACTER' };
  if (usccCheckCharacter(value) !== value.charAt(17)) return { valid: false, reason: 'CHECK_DIGIT' };
  return { valid: true, value, warnings: warningsOf(value) };
}

/** The check character of the first 17 characters (GB 32100-2015 clause 5.5); further characters are ignored. */
export function usccCheckCharacter(body: string): string {
  let weight = 1;
  let sum = 0;
  for (let index = 0; index < LENGTH - 1; index++) {
    sum += ALPHABET.indexOf(body.charAt(index)) * weight;
    weight = (weight * 3) % 31;
  }
  // 31 - 0 would be 31, which has no character: a sum divisible by 31 ends in 0, as 3 % of real codes do.
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** The kind of credit subject a valid code stands for: 91 and 93 enterprises, 92 sole proprietors, all else other legal persons. */
export function usccKind(uscc: string): UsccKind {
  if (uscc.startsWith('92')) return 'INDIVIDUAL_BUSINESS';
  return uscc.startsWith('9') ? 'ENTERPRISE_LEGAL_PERSON' : 'NON_ENTERPRISE_LEGAL_PERSON';
}

function warningsOf(value: string): readonly IdentifierWarning[] {
  const warnings: IdentifierWarning[] = [];
  if (!isKnownDivision(value.slice(2, 8))) warnings.push('UNKNOWN_DIVISION');
  if (organizationCodeCheckCharacter(value.slice(8, 16)) !== value.charAt(16)) warnings.push('INNER_CHECK_DIGIT');
  return warnings;
}
