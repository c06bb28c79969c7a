import { addDays } from '../dates.ts';
import { fixedFirm, fixedUscc, onlyRecords } from '../fixed.ts';
import { oldNumberOf, withWrongCheckCharacter, withWrongInnerDigit } from '../identity.ts';
import type { Party, Registration, SubjectRecords } from '../records.ts';
import { partyOf } from '../subject.ts';
import type { HardCase } from './hard-case.ts';
import { hardCase, licence, withLicence } from './hard-case.ts';

/** Rows whose identifier, or whose text, is the difficulty. */
export function identifierCases(baseDate: string): readonly HardCase[] {
  const cases = [knownOldNumber, unknownOldNumber, wrongCheckCharacter, wrongInnerDigit, unknownDivision, untidyCode, formula];
  return cases.map((make) => make(baseDate));
}

function knownOldNumber(baseDate: string): HardCase {
  const oldNumber = oldNumberOf(9_000_030, false);
  const registration = fixedFirm(30, baseDate, { name: '云汀市明德教育咨询有限公司', oldNumber });
  const told = { case: 'old 15-digit number that the registry knows', expects: 'resolves to the firm' };
  return hardCase(told, [licensed(registration, { uscc: '', oldNumber }, '30', baseDate)]);
}

function unknownOldNumber(baseDate: string): HardCase {
  const oldNumber = oldNumberOf(9_000_031, false);
  const { legalRepresentative } = fixedFirm(31, baseDate, {});
  const party: Party = {
    name: '云汀市旧牌五金有限公司',
    uscc: '',
    oldNumber,
    residentId: '',
    legalRepresentative,
    expect: 'UNMATCHED',
  };
  const told = {
    case: 'old 15-digit number that nobody knows',
    expects: 'waits in the unmatched queue',
    identifiers: [oldNumber],
  };
  return hardCase(told, [onlyRecords({ licences: [licence(party, '31', addDays(baseDate, -120))] })]);
}

function wrongCheckCharacter(baseDate: string): HardCase {
  const registration = fixedFirm(32, baseDate, { name: '云汀市万象信息科技有限公司' });
  const wrong = withWrongCheckCharacter(registration.uscc);
  const told = { case: 'wrong check character', expects: 'the row is refused', identifiers: [wrong] };
  return hardCase(told, [licensed(registration, { uscc: wrong, expect: 'REJECTED' }, '32', baseDate)]);
}

function wrongInnerDigit(baseDate: string): HardCase {
  const registration = fixedFirm(33, baseDate, { uscc: withWrongInnerDigit(fixedUscc(33)), name: '云汀市景行新材料有限公司' });
  return hardCase({ case: 'wrong inner digit', expects: 'accepted with a warning' }, [
    withLicence(registration, addDays(baseDate, -120)),
  ]);
}

function unknownDivision(baseDate: string): HardCase {
  const registration = fixedFirm(34, baseDate, { uscc: fixedUscc(34, '91', '998800'), name: '云汀市东篱农业发展有限公司' });
  return hardCase({ case: 'unknown division', expects: 'accepted with a warning' }, [
    withLicence(registration, addDays(baseDate, -120)),
  ]);
}

function untidyCode(baseDate: string): HardCase {
  const registration = fixedFirm(35, baseDate, { name: '云汀市北辰商贸有限公司' });
  const uscc = `${registration.uscc.slice(0, 8)} ${registration.uscc.slice(8).toLowerCase()}`;
  const told = { case: 'code in small letters with a space', expects: 'normalised and accepted' };
  return hardCase(told, [licensed(registration, { uscc }, '35', baseDate)]);
}

function formula(baseDate: string): HardCase {
  const registration = fixedFirm(36, baseDate, { name: '云汀市同创信息科技有限公司' });
  const decision = licence(partyOf(registration), '36', addDays(baseDate, -120));
  const licences = [{ ...decision, content: '=HYPERLINK("http://example.cn","点击")' }];
  const told = { case: 'cell that would start a formula', expects: 'kept as text' };
  return hardCase(told, [onlyRecords({ registration, licences })]);
}

/** The registered firm and one licence that names it differently. */
function licensed(registration: Registration, named: Partial<Party>, number: string, baseDate: string): SubjectRecords {
  const party = { ...partyOf(registration), ...named };
  return onlyRecords({ registration, licences: [licence(party, number, addDays(baseDate, -120))] });
}
