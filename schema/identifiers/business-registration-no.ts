import { isKnownDivision } from './division.ts';
import type { IdentifierCheck } from './identifier.ts';
import { normaliseIdentifier } from './identifier.ts';

const LENGTH = 15;

/**
 * Checks an old business registration number (GS 15-2006): 15 digits, the last an ISO 7064 MOD 11,10 check digit.
 * The first six are the registration office; an unknown one is a warning.
 */
export function checkBusinessRegistrationNo(text: string): IdentifierCheck {
  const value = normaliseIdentifier(text);
  if (value.length !== LENGTH) return { valid: false, reason: 'LENGTH' };
  if (!/^\d+$/.test(value)) return { valid: false, reason: 'CHARACTER' };
  if (businessRegistrationCheckDigit(value) !== value.charAt(14)) return { valid: false, reason: 'CHECK_DIGIT' };
  return { valid: true, value, warnings: isKnownDivision(value.slice(0, 6)) ? [] : ['UNKNOWN_DIVISION'] };
}

/** The check digit of the first 14 digits (ISO 7064 MOD 11,10); further digits are ignored. */
export function businessRegistrationCheckDigit(body: string): string {
  let product = 10;
  for (const digit of body.slice(0, LENGTH - 1)) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return String((11 - product) % 10);
}
