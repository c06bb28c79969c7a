import { COUNTIES } from './division-codes.ts';

/** Divisions of the fictitious city of the demonstration: no real place has a code that starts with 9999. */
const FICTITIOUS = '9999';
/** Registered with the national authority itself. */
const NATIONAL = '100000';
/** Taiwan, Hong Kong, Macao: the county list has no codes below the province for them. */
const PROVINCES_WITHOUT_COUNTIES = ['71', '81', '82'];

const known = knownDivisions();

/**
 * Whether a six-digit code is a division of the current GB/T 2260 list, at any level, or of the fictitious city.
 * Identifiers carry the division of the time of registration, and abolished ones are common: never reject for this.
 */
export function isKnownDivision(code: string): boolean {
  return known.has(code) || code.startsWith(FICTITIOUS) || PROVINCES_WITHOUT_COUNTIES.includes(code.slice(0, 2));
}

function knownDivisions(): ReadonlySet<string> {
  const codes = new Set([NATIONAL]);
  for (const line of COUNTIES.trim().split('\n')) {
    const [province = '', ...cities] = line.split(' ');
    codes.add(`${province}0000`);
    for (const city of cities) addCity(codes, province, city);
  }
  return codes;
}

function addCity(codes: Set<string>, province: string, city: string): void {
  const [digits = '', counties = ''] = city.split(':');
  codes.add(`${province}${digits}00`);
  for (const county of counties.match(/../g) ?? []) codes.add(`${province}${digits}${county}`);
}
