import { expect, test } from 'vitest';
import { parseCode, parseCodes } from './code-value.ts';

const TABLE = {
  警告: 'WARNING',
  罚款: 'FINE',
  没收违法所得: 'CONFISCATION',
  '没收违法所得、没收非法财物': 'CONFISCATION',
  其他: 'OTHER',
} as const;

test.each([
  ['罚款', ['FINE']],
  ['罚款;没收违法所得、没收非法财物', ['FINE', 'CONFISCATION']],
  ['警告、罚款', ['WARNING', 'FINE']],
  ['警告；罚款；警告；', ['WARNING', 'FINE']],
  ['其他-责令改正', ['OTHER']],
  [' 罚 款 ', ['FINE']],
])('reads %s as %o', (text, value) => {
  expect(parseCodes(text, TABLE)).toEqual({ ok: true, value });
});

test.each(['随便', '罚款;随便', ';', '其他责令', 'constructor', '__proto__'])('refuses %s', (text) => {
  expect(parseCodes(text, TABLE)).toEqual({ ok: false, code: 'CODE_UNKNOWN' });
});

test('reads one value where one is meant', () => {
  expect(parseCode('其他-（注明）', TABLE)).toEqual({ ok: true, value: 'OTHER' });
  expect(parseCode('罚款;警告', TABLE)).toEqual({ ok: false, code: 'CODE_UNKNOWN' });
});
