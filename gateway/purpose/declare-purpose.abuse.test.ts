import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { residentIdCheckCharacter } from '../../schema/identifiers/resident-id.ts';
import { usccCheckCharacter } from '../../schema/identifiers/uscc.ts';
import { testPolicies, testPurpose } from '../../test/support/purposes.ts';
import { testRequest } from '../../test/support/tokens.ts';
import type { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import { declarePurpose } from './declare-purpose.ts';

const policies = testPolicies(testPurpose('DAILY_SUPERVISION'));
const clerk: Caller = { actor: 'DEPARTMENT', organization: 'x', developer: false };
const citizen = `37010219900307123${residentIdCheckCharacter('37010219900307123')}`;
const soleProprietor = `92370100MA3C0A0A1${usccCheckCharacter('92370100MA3C0A0A1')}`;
const company = `9137010008405468A${usccCheckCharacter('9137010008405468A')}`;

function declare(matter: string | undefined, extensions: Record<string, unknown> = {}) {
  const headers = { 'x-purpose': 'DAILY_SUPERVISION', ...(matter !== undefined && { 'x-matter': matter }) };
  return declarePurpose(testRequest({ headers, extensions, receivedAt: Date.UTC(2026, 4, 1) }), clerk, policies);
}

describe('a matter in a header is INPUT_INVALID', () => {
  test.each([
    ['with half a percent sign', '%E9%B2%8'],
    ['with a bare percent sign', '100%'],
    ['with percent-encoded GB18030', '%C2%B3%BD%A8'],
    ['with an overlong encoding', '%C0%AF'],
    ['with an encoded surrogate', '%ED%A0%80'],
    ['in Latin-1 that is not UTF-8', 'caf\u00e9'],
    ['in bytes and percent signs at once', `${Buffer.from('鲁').toString('latin1')}%E5%BB%BA`],
    ['with characters no header can carry', '鲁建'],
    ['with a line break', 'A%0D%0Ax-purpose:%20AUDIT_SUPERVISION'],
    ['with a raw line break', 'A\r\nB'],
    ['with a NUL', 'A%00'],
    ['with a character that reverses the line', encodeURIComponent('A\u202e321')],
    ['with invisible characters', encodeURIComponent('A\u200b1')],
    ['with a letter that is invisible', encodeURIComponent('A\u31641')],
    ['that looks like another but for a selector of a form', encodeURIComponent('云许〔2026〕17号\ufe0f')],
    ['that is invisible', encodeURIComponent('\u3164')],
    ['of dashes alone', encodeURIComponent('——')],
    ['that holds a resident number with something invisible between its digits', encodeURIComponent([...citizen].join('\ufe0e'))],
    ['with a line separator', encodeURIComponent('A\u2028B')],
    ['of 129 characters', 'A'.repeat(129)],
    ['that is a resident number', citizen],
    ['that holds a resident number', encodeURIComponent(`身份证${citizen}号`)],
    ['that holds a resident number behind letters', `ID${citizen}`],
    [
      'that holds a resident number in full-width digits',
      encodeURIComponent(citizen.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))),
    ],
    ["that is a sole proprietor's code", soleProprietor],
  ])('%s', (_, matter) => {
    expect(() => declare(matter)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});

test.each([
  ['a number', 7],
  ['an object', { toString: 'A' }],
  ['a list', ['A-1']],
  ['true', true],
  ['a lone surrogate', '\ud800'],
])('an extension that is %s is INPUT_INVALID', (_, matter) => {
  expect(() => declare(undefined, { matter })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});

test('what a matter is about may have a rare form of a character, and no resident number that hides behind such', () => {
  const about = (matterText: string) => declare('A-1', { matterText }).matterText;
  expect(about('㐂\u{e0100}田变更')).toBe('㐂\u{e0100}田变更');
  expect(() => about([...citizen].join('\ufe0e'))).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});

test.each([
  ['128 characters beyond the basic plane', '𠮷'.repeat(128)],
  ['a long number that only contains the digits of an identity number', `${citizen}0042`],
  ["a company's code", company],
])('%s may stand in a matter', (_, matter) => {
  expect(declare(undefined, { matter }).matter).toBe(matter);
});

test('whatever a header holds, it is read cleanly or refused, and a refusal repeats none of it', () => {
  const clean = (matter: string) => matter === matter.normalize('NFC').trim() && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(matter);
  const refusal = JSON.stringify({ code: 'INPUT_INVALID', details: { argument: 'matter' } });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string().map(encodeURIComponent)), (value) => {
      try {
        return clean(declare(value).matter ?? '');
      } catch (error) {
        const { code, details } = error as GatewayError;
        return JSON.stringify({ code, details }) === refusal;
      }
    }),
  );
});
