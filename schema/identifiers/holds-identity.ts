import { UNSEEN } from './identifier.ts';
import { checkResidentId } from './resident-id.ts';
import { checkUscc } from './uscc.ts';

/**
 * A resident number may stand between letters (`ID1101…`), a credit code has letters of its own and must stand alone. By hand a
 * resident number is often written in its parts: place, birth and the rest.
 */
const CANDIDATES =
  /(?<!\d)\d{17}[\dX](?!\d)|(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])|(?<!\d)\d{6}([ \p{Pd}])\d{8}\1\d{3}[\dX](?!\d)/giu;
/** All of it is seen, and has no other form. */
const PLAIN = /^[ -~]*$/;
const BETWEEN_PARTS = /[ \p{Pd}]/gu;
/** Place, day and a running number are what case numbers are made of, too: one in eleven has the check digit, but none is of a day so early. */
const CASES_SINCE = '2016';

/**
 * Whether a text holds the resident number of a person or the code of a sole proprietor, which must not get into logs
 * through what callers may name freely. Full-width forms count, and one between whose digits stands what nobody sees; a longer number
 * that only contains such digits does not.
 */
export function holdsIdentityNumber(text: string): boolean {
  return (asRead(text).match(CANDIDATES) ?? []).some(isPersonal);
}

/** The text with something else in place of each such number, and the rest as it is where that shows them; the text itself where there is none. */
export function withoutIdentityNumbers(text: string, instead: (number: string) => string): string {
  if (!holdsIdentityNumber(text)) return text;
  const narrow = text.replace(FULL_WIDTH, (character) => character.normalize('NFKC'));
  const showsAll = !holdsIdentityNumber(withInstead(narrow, () => ''));
  return withInstead(showsAll ? narrow : asRead(text), instead);
}

const FULL_WIDTH = /[０-９Ａ-Ｚａ-ｚ]/gu;

function withInstead(text: string, instead: (number: string) => string): string {
  return text.replace(CANDIDATES, (run) => (isPersonal(run) ? instead(run.replace(BETWEEN_PARTS, '')) : run));
}

function asRead(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, '').normalize('NFKC');
}

function isPersonal(run: string): boolean {
  const number = run.replace(BETWEEN_PARTS, '');
  const mayBeCase = number !== run && number.slice(6, 10) >= CASES_SINCE;
  return (checkResidentId(number).valid && !mayBeCase) || (run.startsWith('92') && checkUscc(run).valid);
}
