/**
 * The verdict on an identifier. `value` is normalised (upper case, no spaces). A warning never rejects: divisions are
 * those of registration time and 0.007 % of real codes carry a wrong inner digit.
 */
export type IdentifierCheck =
  | { valid: true; value: string; warnings: readonly IdentifierWarning[] }
  | { valid: false; reason: IdentifierFault };

export type IdentifierFault = 'LENGTH' | 'CHARACTER' | 'CATEGORY' | 'DATE' | 'CHECK_DIGIT';
export type IdentifierWarning = 'UNKNOWN_DIVISION' | 'INNER_CHECK_DIGIT';

/**
 * What takes no place in print or an empty one, blanks left out of account: format characters, fillers, selectors of a form (Unicode:
 * Default_Ignorable_Code_Point) and the empty Braille pattern.
 */
export const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * The identifier as it is compared and stored: full-width forms folded, white space and what nobody sees removed, upper case.
 * Departments type codes by hand or copy them from pages; all of it occurs in real files.
 */
export function normaliseIdentifier(text: string): string {
  // As systems send them: nothing in it has another form.
  if (NORMAL.test(text)) return text;
  return text.replace(UNSEEN, '').normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
}

const NORMAL = /^[0-9A-Z]*$/;
