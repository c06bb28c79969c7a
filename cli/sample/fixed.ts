import { addYears } from './dates.ts';
import { CITY_DIVISION, usccOf } from './identity.ts';
import { personOf, registrationOf } from './registration.ts';
import type { OfficerRecord, Person, Registration, SubjectRecords } from './records.ts';

/** Hand-made subjects and people are the same at every seed; these numbers lie beyond any that a city uses. */
const SEED = 'fixed';
const FIRST_SUBJECT = 4_250_000;
const FIRST_PERSON = 4 * FIRST_SUBJECT;

/** The n-th hand-made person (n < 700,000). */
export function fixedPerson(number: number): Person {
  return personOf(SEED, FIRST_PERSON + number);
}

/** The code of the n-th hand-made subject, 1 to 999,999. */
export function fixedUscc(number: number, category = '91', division: string = CITY_DIVISION): string {
  return usccOf(category, division, `MB${String(number).padStart(6, '0')}`);
}

/** A hand-made limited company, in operation and headed by a person of its own, but for what is overridden. */
export function fixedFirm(number: number, baseDate: string, overrides: Partial<Registration>): Registration {
  const head = overrides.legalRepresentative ?? fixedPerson(4 * number);
  const drawn = registrationOf(SEED, FIRST_SUBJECT + number, baseDate);
  return {
    ...drawn,
    uscc: fixedUscc(number),
    oldNumber: '',
    typeCode: '1130',
    typeName: '有限责任公司（自然人投资或控股）',
    status: '存续',
    establishedOn: addYears(baseDate, -14),
    approvedOn: addYears(baseDate, -5),
    capitalWan: '100',
    legalRepresentative: head,
    officers: [officer(head, drawn, addYears(baseDate, -14))],
    ...overrides,
  };
}

/** A subject of which only the given records are known. */
export function onlyRecords(records: Partial<SubjectRecords>): SubjectRecords {
  return { registration: null, licences: [], penalties: [], tax: null, contributions: [], accounts: [], ...records };
}

function officer(head: Person, { phone, address }: Registration, since: string): OfficerRecord {
  return { ...head, role: '法定代表人', since, share: '', phone, address, householdNo: '' };
}
