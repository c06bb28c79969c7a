import { isCalendarDate } from '../calendar.ts';
import { isKnownDivision } from './division.ts';
import type { IdentifierCheck } from './identifier.ts';
import { normaliseIdentifier } from './identifier.ts';

const LENGTH = 18;
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/**
 * Checks a resident identity number (GB 11643-1999), 18 characters: division, birth date, sequence, check character.
 * An unknown division is a warning.
 */
export function checkResidentId(text: string): IdentifierCheck {
  const value = normaliseIdentifier(text);
  if (value.length !== LENGTH) return { valid: false, reason: 'LENGTH' };
  if (!/^\d{17}[\dX]$/.test(value)) return { valid: false, reason: 'CHARACTER' };
  if (!isBirthDate(residentBirthDate(value))) return { valid: false, reason: 'DATE' };
  if (residentIdCheckCharacter(value) !== value.charAt(17)) return { valid: false, reason: 'CHECK_DIGIT' };
  const division = value.slice(0, 6);
  return { valid: true, value, warnings: isKnownDivision(division) ? [] : ['UNKNOWN_DIVISION'] };
}

/** The birth date in a valid number as `YYYY-MM-DD`. For the rule that minors are never collected, and nothing else. */
export function residentBirthDate(residentId: string): string {
  return `${residentId.slice(6, 10)}-${residentId.slice(10, 12)}-${residentId.slice(12, 14)}`;
}

/** The check character of the first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2); further characters are ignored. */
export function residentIdCheckCharacter(body: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(body.charAt(index)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

/** Numbers were first given in 1984 to people then alive; a later century is a typing error. */
function isBirthDate(date: string): boolean {
  return date >= '1850' && date < '2100' && isCalendarDate(date);
}
