import { inWan, licenceOf, penaltyOf } from '../acts.ts';
import { addYears } from '../dates.ts';
import { onlyRecords } from '../fixed.ts';
import { Random } from '../random.ts';
import type { Licence, Party, Penalty, Registration, SubjectRecords } from '../records.ts';
import { partyOf } from '../subject.ts';

/** Subjects that go wrong in systems that were not made for them. */
export interface HardCase {
  case: string;
  /** What a correct system does with it. */
  expects: string;
  /** Codes, or old or resident numbers where there is no code. */
  identifiers: readonly string[];
  subjects: readonly SubjectRecords[];
}

/** A hard case; `identifiers` are the codes of its registered subjects where nothing else is named. */
export function hardCase(
  told: { case: string; expects: string; identifiers?: readonly string[] },
  subjects: readonly SubjectRecords[],
): HardCase {
  const codes = subjects.flatMap(({ registration }) => (registration ? [registration.uscc] : []));
  return { case: told.case, expects: told.expects, identifiers: told.identifiers ?? codes, subjects };
}

/** The subject with one licence of the day; the number of its own code keeps document numbers apart. */
export function withLicence(registration: Registration, decidedOn: string): SubjectRecords {
  return onlyRecords({ registration, licences: [licence(partyOf(registration), ownNumber(registration), decidedOn)] });
}

/** The subject with one penalty of the day. */
export function withPenalty(registration: Registration, decidedOn: string): SubjectRecords {
  return onlyRecords({ registration, penalties: [penalty(partyOf(registration), ownNumber(registration), decidedOn)] });
}

/** A fine of 8,000 yuan; `number` is unique among the hand-made penalties. */
export function penalty(party: Party, number: string, decidedOn: string): Penalty {
  const drawn = penaltyOf(party, new Random(`fixed/penalty/${number}`), { decidedOn, number: documentNumber(number) });
  const fine = { categories: '罚款', content: '罚款8000元', fineWan: inWan(8_000), confiscatedWan: '', revokedCertificate: '' };
  return { ...drawn, ...fine, isSimple: false, validTo: addYears(decidedOn, 1), publicityEnd: '' };
}

/** A licence; `number` is unique among the hand-made licences. */
export function licence(party: Party, number: string, decidedOn: string): Licence {
  return licenceOf(party, new Random(`fixed/licence/${number}`), { decidedOn, number: documentNumber(number) });
}

/** The document number of a hand-made decision: those of the city's own have no letter. */
export function documentNumber(number: string): string {
  return `H${number.padStart(6, '0')}`;
}

/** The digits that tell hand-made codes apart. */
function ownNumber({ uscc }: Registration): string {
  return uscc.slice(12, 16);
}
