import { addDays, addYears } from '../dates.ts';
import { fixedFirm, fixedPerson, fixedUscc, onlyRecords } from '../fixed.ts';
import type { Registration } from '../records.ts';
import { partyOf } from '../subject.ts';
import type { HardCase } from './hard-case.ts';
import { hardCase, licence, withLicence, withPenalty } from './hard-case.ts';

/** Subjects whose identity is the difficulty: names, successions, persons. */
export function registryCases(baseDate: string): readonly HardCase[] {
  return [namesakes, renamed, merged, converted, twoFirms, branch].map((make) => make(baseDate));
}

function namesakes(baseDate: string): HardCase {
  const firms = [10, 11].map((number) => fixedFirm(number, baseDate, { name: '云汀市安澜商贸有限公司' }));
  const told = { case: 'same name, different codes', expects: 'two subjects; a search by name finds both' };
  return hardCase(told, firms.map(licensed(baseDate)));
}

function renamed(baseDate: string): HardCase {
  const previousNames = ['云汀市远航货运有限公司', '云汀市远航物流有限公司'];
  const registration = fixedFirm(12, baseDate, { name: '云汀市新岸物流有限公司', previousNames });
  const party = { ...partyOf(registration), name: '云汀市远航货运有限公司' };
  const told = { case: 'renamed firm', expects: 'found under its current name; decisions keep the name of their day' };
  return hardCase(told, [onlyRecords({ registration, licences: [licence(party, '12', addYears(baseDate, -8))] })]);
}

function merged(baseDate: string): HardCase {
  const successor = { uscc: fixedUscc(14), kind: '合并', on: addYears(baseDate, -1) } as const;
  const firms = [
    fixedFirm(13, baseDate, { name: '云汀市天成建筑工程有限公司', status: '注销', successor }),
    fixedFirm(14, baseDate, { name: '云汀市宏图建筑工程有限公司' }),
  ];
  const told = { case: 'merged firm', expects: 'two subjects, predecessor and successor; records stay with the old one' };
  return hardCase(told, firms.map(penalised(baseDate)));
}

function converted(baseDate: string): HardCase {
  const successor = { uscc: fixedUscc(16), kind: '个转企', on: addYears(baseDate, -1) } as const;
  const type = { typeCode: '9500', typeName: '个体工商户', capitalWan: '5', status: '注销' } as const;
  const shop = fixedFirm(15, baseDate, { uscc: fixedUscc(15, '92'), name: '云汀市喜鹊餐馆', ...type, successor });
  const { legalRepresentative } = shop;
  const firm = fixedFirm(16, baseDate, { name: '云汀市喜鹊餐饮管理有限公司', establishedOn: successor.on, legalRepresentative });
  const told = {
    case: 'sole proprietor become a company',
    expects: 'two subjects, the old one personal data; records stay with the old one',
  };
  return hardCase(told, [shop, { ...firm, approvedOn: successor.on }].map(penalised(baseDate)));
}

function twoFirms(baseDate: string): HardCase {
  const legalRepresentative = fixedPerson(4 * 17);
  const firms = [
    fixedFirm(17, baseDate, { name: '云汀市博远信息科技有限公司', legalRepresentative }),
    fixedFirm(18, baseDate, { name: '云汀市汇川环保科技有限公司', legalRepresentative }),
  ];
  return hardCase(
    { case: 'one person heads two firms', expects: 'one person’s id in both firms' },
    firms.map(licensed(baseDate)),
  );
}

function branch(baseDate: string): HardCase {
  const type = { typeCode: '2130', typeName: '有限责任公司分公司', capitalWan: '' };
  const registration = fixedFirm(19, baseDate, { name: '云汀市德润医药有限公司临港分公司', ...type });
  const told = { case: 'branch', expects: 'an unincorporated organisation although its code starts with 91' };
  return hardCase(told, [licensed(baseDate)(registration)]);
}

/** A firm that is gone was penalised while it was there. */
function penalised(baseDate: string) {
  return (firm: Registration) => withPenalty(firm, addDays(baseDate, firm.successor ? -900 : -270));
}

function licensed(baseDate: string) {
  return (firm: Registration) => withLicence(firm, addYears(baseDate, -3));
}
