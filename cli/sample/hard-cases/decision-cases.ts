import { documentNo, NO_END } from '../acts.ts';
import { ENVIRONMENT, HEALTH, MARKET_REGULATION } from '../city.ts';
import { addDays, addYears } from '../dates.ts';
import { fixedFirm, fixedPerson, onlyRecords } from '../fixed.ts';
import { residentIdOf } from '../identity.ts';
import type { Party } from '../records.ts';
import { partyOf } from '../subject.ts';
import type { HardCase } from './hard-case.ts';
import { documentNumber, hardCase, licence, penalty } from './hard-case.ts';

/** Licences and penalties whose fate, amount or party is the difficulty. */
export function decisionCases(baseDate: string): readonly HardCase[] {
  return [withdrawn, reoffended, endless, yuanForWan, threeAuthorities, minor, naturalPerson].map((make) => make(baseDate));
}

function withdrawn(baseDate: string): HardCase {
  const registration = fixedFirm(20, baseDate, { name: '云汀市和顺餐饮管理有限公司' });
  const decision = penalty(partyOf(registration), '20', addDays(baseDate, -300));
  const penalties = [{ ...decision, withdrawnOn: addDays(baseDate, -200), withdrawalReason: '行政复议决定撤销' }];
  const told = { case: 'withdrawn penalty', expects: 'visible to owner, auditor and subject only' };
  return hardCase(told, [onlyRecords({ registration, penalties })]);
}

function reoffended(baseDate: string): HardCase {
  const registration = fixedFirm(21, baseDate, { name: '云汀市松石机械制造有限公司' });
  const first = { ...penalty(partyOf(registration), '210', addDays(baseDate, -700)), repairedOn: addDays(baseDate, -480) };
  const second = penalty(partyOf(registration), '211', addDays(baseDate, -60));
  const told = { case: 'repaired, then offended again', expects: 'the first hidden from others, the second visible' };
  return hardCase(told, [onlyRecords({ registration, penalties: [first, second] })]);
}

function endless(baseDate: string): HardCase {
  const registration = fixedFirm(22, baseDate, { name: '云汀市禾木农业发展有限公司' });
  const licences = [{ ...licence(partyOf(registration), '22', addDays(baseDate, -900)), validTo: NO_END }];
  const told = { case: 'licence without end', expects: '2099/12/31 is served as no end, not as a date' };
  return hardCase(told, [onlyRecords({ registration, licences })]);
}

function yuanForWan(baseDate: string): HardCase {
  const registration = fixedFirm(23, baseDate, { name: '云汀市正阳汽车服务有限公司' });
  const decision = penalty(partyOf(registration), '23', addDays(baseDate, -90));
  const penalties = [{ ...decision, content: '罚款5000元', fineWan: '5000.000000' }];
  const told = { case: 'fine in yuan in the column for ten thousand yuan', expects: 'taken as written, with a warning' };
  return hardCase(told, [onlyRecords({ registration, penalties })]);
}

function threeAuthorities(baseDate: string): HardCase {
  const registration = fixedFirm(24, baseDate, { name: '云汀市长青环保科技有限公司' });
  const penalties = [MARKET_REGULATION, ENVIRONMENT, HEALTH].map((agency, place) => {
    const decidedOn = addDays(baseDate, -40 - 10 * place);
    const number = documentNo(agency, '罚', decidedOn, documentNumber('24'));
    return { ...penalty(partyOf(registration), `24${place}`, decidedOn), agency, documentNo: number };
  });
  const told = { case: 'decisions of three authorities', expects: 'three records of one subject' };
  return hardCase(told, [onlyRecords({ registration, penalties })]);
}

function minor(baseDate: string): HardCase {
  const residentId = residentIdOf(addYears(baseDate, -16), 901);
  const party: Party = { ...person('令狐小满', residentId), expect: 'REJECTED' };
  const told = { case: 'penalty on a minor', expects: 'the row is refused', identifiers: [residentId] };
  return hardCase(told, [onlyRecords({ penalties: [penalty(party, '25', addDays(baseDate, -30))] })]);
}

function naturalPerson(baseDate: string): HardCase {
  const { name, residentId } = fixedPerson(4 * 26);
  const penalties = [penalty(person(name, residentId), '26', addDays(baseDate, -50))];
  const told = {
    case: 'penalty on a natural person',
    expects: 'personal data; never found by name',
    identifiers: [residentId],
  };
  return hardCase(told, [onlyRecords({ penalties })]);
}

function person(name: string, residentId: string): Party {
  return { name, uscc: '', oldNumber: '', residentId, legalRepresentative: null };
}
