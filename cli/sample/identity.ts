import { businessRegistrationCheckDigit } from '../../schema/identifiers/business-registration-no.ts';
import { organizationCodeCheckCharacter } from '../../schema/identifiers/organization-code.ts';
import { residentIdCheckCharacter } from '../../schema/identifiers/resident-id.ts';
import { usccCheckCharacter } from '../../schema/identifiers/uscc.ts';
import { addDays } from './dates.ts';
import { Random } from './random.ts';

/** 云汀市: no real division starts with 9999, so nothing made here can be mistaken for a real subject. */
export const CITY_DIVISION = '999900';
/** Prefix of the people's numbers: none can belong to a living person. */
const PEOPLE_DIVISION = '999999';
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const BODIES = 31 ** 6;
/** A power of three: coprime with 31, so that multiplying permutes the bodies. */
const STRIDE = 3 ** 18;
const FIRST_BIRTH = '1950-01-01';
const BIRTHDAYS = 17_800;
const SEQUENCES = 998;
/** Coprime with the number of possible people (2, 5, 89, 499 are its primes). */
const PEOPLE_STRIDE = 7_654_321;

/** A valid code from its category (`91`), a division and the eight characters of its organisation code. */
export function usccOf(category: string, division: string, body: string): string {
  const seventeen = category + division + body + organizationCodeCheckCharacter(body);
  return seventeen + usccCheckCharacter(seventeen);
}

/** The same code with a wrong inner digit and a right outer one: accepted with a warning. */
export function withWrongInnerDigit(uscc: string): string {
  const seventeen = uscc.slice(0, 16) + (uscc.charAt(16) === '1' ? '2' : '1');
  return seventeen + usccCheckCharacter(seventeen);
}

/** The same code with a wrong check character: rejected. */
export function withWrongCheckCharacter(uscc: string): string {
  return uscc.slice(0, 17) + ALPHABET.charAt((ALPHABET.indexOf(uscc.charAt(17)) + 1) % ALPHABET.length);
}

/** The organisation-code body of the n-th subject of a seed: never the same for two. Hand-made subjects use other prefixes. */
export function bodyOf(seed: string, index: number): string {
  const start = Math.floor(new Random(`${seed}/bodies`).fraction() * BODIES);
  let rest = (start + index * STRIDE) % BODIES;
  let body = '';
  for (let place = 0; place < 6; place++) {
    body = ALPHABET.charAt(rest % 31) + body;
    rest = Math.floor(rest / 31);
  }
  return `MA${body}`;
}

/** The old 15-digit number of the n-th subject; sole proprietors' sequences start with 6. */
export function oldNumberOf(index: number, isSoleProprietor: boolean): string {
  const sequence = (isSoleProprietor ? 60_000_000 : 0) + (index % 10_000_000);
  const fourteen = CITY_DIVISION + String(sequence).padStart(8, '0');
  return fourteen + businessRegistrationCheckDigit(fourteen);
}

/** A resident number with the given birth date and three-digit sequence (odd for men). */
export function residentIdOf(birthDate: string, sequence: number): string {
  const seventeen = PEOPLE_DIVISION + birthDate.replaceAll('-', '') + String(sequence).padStart(3, '0');
  return seventeen + residentIdCheckCharacter(seventeen);
}

/** Birth date, sex and resident number of the n-th person, all adults since 2017; never the same for two (n < 17 million). */
export function identityOf(index: number): { residentId: string; birthDate: string; isMan: boolean } {
  const place = (index * PEOPLE_STRIDE) % (BIRTHDAYS * SEQUENCES);
  const birthDate = addDays(FIRST_BIRTH, place % BIRTHDAYS);
  const sequence = 1 + Math.floor(place / BIRTHDAYS);
  return { residentId: residentIdOf(birthDate, sequence), birthDate, isMan: sequence % 2 === 1 };
}
