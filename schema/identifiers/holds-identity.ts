import { checkResidentId } from './resident-id.ts';
import { checkUscc } from './uscc.ts';

/** A resident number may stand between letters (`ID1101…`), a credit code has letters of its own and must stand alone. */
const CANDIDATES = /(?<!\d)\d{17}[\dX](?!\d)|(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])/gi;

/**
 * Whether a text holds the resident number of a person or the code of a sole proprietor, which must not get into logs
 * through what callers may name freely. Full-width forms count; a longer number that only contains such digits does not.
 */
export function holdsIdentityNumber(text: string): boolean {
  return (text.normalize('NFKC').match(CANDIDATES) ?? []).some(isPersonal);
}

/** The text with something else in place of each such number; the text itself where there is none. */
export function withoutIdentityNumbers(text: string, instead: (number: string) => string): string {
  if (!holdsIdentityNumber(text)) return text;
  return text.normalize('NFKC').replace(CANDIDATES, (run) => (isPersonal(run) ? instead(run) : run));
}

function isPersonal(run: string): boolean {
  return checkResidentId(run).valid || (run.startsWith('92') && checkUscc(run).valid);
}
