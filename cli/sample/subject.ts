import { licenceOf, penaltyOf, withOutcome } from './acts.ts';
import { addDays } from './dates.ts';
import { withWrongCheckCharacter } from './identity.ts';
import { Random } from './random.ts';
import { registrationOf } from './registration.ts';
import type { Licence, Party, Penalty, Registration, SubjectRecords } from './records.ts';
import { accountsOf, contributionsOf, gradeOf, taxOf } from './standing.ts';

const PENALTY_YEARS = 5;
/** Of a firm in a year; those graded D are eight times as likely. */
const PENALISED = 0.06;
const PENALISED_WHEN_D = 8 * PENALISED;
/** Of the rows about a firm that has an old number: 0.4 % of all rows name it instead of the code. */
const BY_OLD_NUMBER = 0.05;
const WRONG_CHECK_CHARACTERS = 0.0001;

/**
 * The n-th subject of the city and all its records on `baseDate`. Depends on nothing but its arguments, so that any number
 * of subjects can be made one by one.
 */
export function subjectOf(seed: string, index: number, baseDate: string): SubjectRecords {
  const registration = registrationOf(seed, index, baseDate);
  const random = new Random(`${seed}/records/${index}`);
  const grade = gradeOf(seed, index);
  const number = String(index).padStart(7, '0');
  return {
    registration,
    licences: licencesOf(registration, random, { number, baseDate }),
    penalties: penaltiesOf(registration, random, { number, baseDate, grade }),
    tax: taxOf(registration, random, { grade, baseDate }),
    contributions: contributionsOf(registration, random, { grade, baseDate }),
    accounts: accountsOf(registration, random, { index, baseDate }),
  };
}

/** The registered subject as decisions name it. */
export function partyOf({ name, uscc, legalRepresentative }: Registration): Party {
  return { name, uscc, oldNumber: '', residentId: '', legalRepresentative };
}

function licencesOf(firm: Registration, random: Random, at: { number: string; baseDate: string }): Licence[] {
  const count = random.geometric(firm.uscc.startsWith('92') ? 1 : 2.5);
  return Array.from({ length: count }, (_, place) => {
    const decidedOn = dayIn(random, firm.establishedOn, at.baseDate, 6 * 365);
    return licenceOf(mistypedParty(firm, random), random, { decidedOn, number: at.number + String(place).padStart(2, '0') });
  });
}

function penaltiesOf(firm: Registration, random: Random, at: { number: string; baseDate: string; grade: string }): Penalty[] {
  const probability = (at.grade === 'D' ? PENALISED_WHEN_D : PENALISED) * (firm.uscc.startsWith('92') ? 0.5 : 1);
  let count = 0;
  for (let year = 0; year < PENALTY_YEARS; year++) count += random.chance(probability) ? 1 + random.poisson(0.4) : 0;
  return Array.from({ length: count }, (_, place) => {
    const decidedOn = dayIn(random, firm.establishedOn, at.baseDate, PENALTY_YEARS * 365);
    const number = at.number + String(place).padStart(2, '0');
    return withOutcome(penaltyOf(mistypedParty(firm, random), random, { decidedOn, number }), random, at.baseDate);
  });
}

/** The party as a clerk types it: now and then by its old number, or with a wrong character. */
function mistypedParty(firm: Registration, random: Random): Party {
  const party = partyOf(firm);
  if (firm.oldNumber !== '' && random.chance(BY_OLD_NUMBER)) return { ...party, uscc: '', oldNumber: firm.oldNumber };
  if (random.chance(WRONG_CHECK_CHARACTERS)) return { ...party, uscc: withWrongCheckCharacter(firm.uscc), expect: 'REJECTED' };
  return party;
}

/** A day after the establishment and within so many days before the base date. */
function dayIn(random: Random, establishedOn: string, baseDate: string, days: number): string {
  const day = addDays(baseDate, -random.whole(1, days));
  return day < establishedOn ? establishedOn : day;
}
