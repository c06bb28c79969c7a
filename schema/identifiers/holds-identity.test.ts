import { expect, test } from 'vitest';
import { holdsIdentityNumber, withoutIdentityNumbers } from './holds-identity.ts';
import { usccCheckCharacter } from './uscc.ts';

const CITIZEN = '11010519491231002X';
const PROPRIETOR = `92370100MA3C0A0A1${usccCheckCharacter('92370100MA3C0A0A1')}`;
const COMPANY = `9137010008405468A${usccCheckCharacter('9137010008405468A')}`;

test.each([
  ['a resident number alone', CITIZEN],
  ['one in lower case', CITIZEN.toLowerCase()],
  ['one behind letters', `ID${CITIZEN}`],
  ['one before letters', `${CITIZEN}abc`],
  ['one behind an underscore', `query_${CITIZEN}`],
  ['one in full-width digits', CITIZEN.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))],
  ['one in its parts', '身份证 110105 19491231 002X'],
  ['one in its parts with hyphens', '110105-19491231-002x'],
  ['one in its parts with dashes in full width', '１１０１０５－１９４９１２３１－００２Ｘ'],
  ['one with soft hyphens, as a page breaks it', `${CITIZEN.slice(0, 6)}\u00ad${CITIZEN.slice(6)}`],
  ['one with invisible letters in it', [...CITIZEN].join('\u3164')],
  ['one with selectors of a form behind its digits', [...CITIZEN].join('\ufe0f')],
  ["a sole proprietor's code", `案号${PROPRIETOR}`],
])('%s is found', (_, text) => expect(holdsIdentityNumber(text)).toBe(true));

test.each([
  ['nothing', ''],
  ["a company's code", COMPANY],
  ['a longer number', `${CITIZEN.slice(0, 17)}0042`],
  ['a number with another check digit', '110105194912310021'],
  ['a case number of a place, a day and a running number', '330106-20260102-0011'],
  ['parts of other lengths', '11010-519491231-002X'],
  ['a UUID', '6f946327-d402-4c01-b862-5e007d7df72b'],
])('%s is not', (_, text) => expect(holdsIdentityNumber(text)).toBe(false));

test('each number in a text is replaced, and nothing else of it', () => {
  const text = `办件（${CITIZEN}），${PROPRIETOR} ${COMPANY}`;
  expect(withoutIdentityNumbers(text, (number) => `<${number.length}>`)).toBe(`办件（<18>），<18> ${COMPANY}`);
  expect(withoutIdentityNumbers('件 110105 19491231 002X', (number) => `<${number}>`)).toBe(`件 <${CITIZEN}>`);
  expect(withoutIdentityNumbers(`件${[...CITIZEN].join('\u200b')}`, (number) => `<${number}>`)).toBe(`件<${CITIZEN}>`);
  expect(withoutIdentityNumbers(`，${COMPANY}`, () => 'x')).toBe(`，${COMPANY}`);
});
