import { describe, expect, test } from 'vitest';
import type { Actor } from '../../schema/signed-context.ts';
import { testPolicies, testPurpose } from '../../test/support/purposes.ts';
import { testRequest } from '../../test/support/tokens.ts';
import { declarePurpose } from './declare-purpose.ts';

/** 2026-05-01 23:59:59 in the city, still 15:59:59 of that day in London. */
const LAST_SECOND_OF_MAY_1 = Date.UTC(2026, 4, 1, 15, 59, 59);
const policies = testPolicies(
  testPurpose('PUBLIC_QUERY'),
  testPurpose('ADMIN_APPROVAL_CHECK', {
    actors: ['DEPARTMENT'],
    requires: { matter: true, authorization: 'none', categories: [], self: false },
  }),
  testPurpose('DAILY_SUPERVISION', { actors: ['DEPARTMENT'] }),
  testPurpose('ENDED', { effective: { from: '2026-01-01', to: '2026-05-01' } }),
  testPurpose('BEGINS', { effective: { from: '2026-05-02' } }),
);
const MATTER = '鲁建许〔2026〕第0012号';

interface Declaration {
  actor?: Actor;
  purpose?: string;
  matter?: string;
  extensions?: Record<string, unknown>;
  receivedAt?: number;
}

function declare({ actor = 'DEPARTMENT', purpose, matter, extensions = {}, receivedAt = LAST_SECOND_OF_MAY_1 }: Declaration) {
  const headers = { ...(purpose !== undefined && { 'x-purpose': purpose }), ...(matter !== undefined && { 'x-matter': matter }) };
  return declarePurpose(
    testRequest({ headers, extensions, receivedAt }),
    { actor, organization: 'x', developer: false },
    policies,
  );
}

describe('a purpose is accepted', () => {
  test.each<[string, Declaration, object]>([
    ['in the header', { purpose: 'DAILY_SUPERVISION' }, { code: 'DAILY_SUPERVISION' }],
    ['in the extensions', { extensions: { purpose: 'DAILY_SUPERVISION' } }, { code: 'DAILY_SUPERVISION' }],
    [
      'in both, alike',
      { purpose: 'DAILY_SUPERVISION', extensions: { purpose: 'DAILY_SUPERVISION' } },
      { code: 'DAILY_SUPERVISION' },
    ],
    [
      'with a matter it does not need',
      { purpose: 'DAILY_SUPERVISION', matter: 'A-1' },
      { code: 'DAILY_SUPERVISION', matter: 'A-1' },
    ],
    ['from the public that names none', { actor: 'PUBLIC' }, { code: 'PUBLIC_QUERY' }],
    ['from the public with a blank header', { actor: 'PUBLIC', purpose: ' ' }, { code: 'PUBLIC_QUERY' }],
    ['on its last day in the city', { purpose: 'ENDED' }, { code: 'ENDED' }],
    [
      'on its first day in the city, when London still has yesterday',
      { purpose: 'BEGINS', receivedAt: LAST_SECOND_OF_MAY_1 + 1_000 },
      { code: 'BEGINS' },
    ],
  ])('%s', (_, declaration, expected) => {
    expect(declare(declaration)).toEqual(expected);
  });
});

describe('a matter is read', () => {
  test.each<[string, Declaration]>([
    ['percent-encoded', { matter: encodeURIComponent(MATTER) }],
    ['as bare UTF-8 bytes, which Node reads as Latin-1', { matter: Buffer.from(MATTER).toString('latin1') }],
    ['from the extensions', { extensions: { matter: MATTER } }],
    ['from both, each in its own form', { matter: encodeURIComponent(MATTER), extensions: { matter: MATTER } }],
    ['with the blanks around it taken off', { extensions: { matter: `  ${MATTER} ` } }],
  ])('%s', (_, declaration) => {
    expect(declare({ purpose: 'ADMIN_APPROVAL_CHECK', ...declaration })).toEqual({
      code: 'ADMIN_APPROVAL_CHECK',
      matter: MATTER,
    });
  });

  test('composed (NFC), so that one case has one number on the log', () => {
    expect(declare({ purpose: 'DAILY_SUPERVISION', extensions: { matter: 'e\u0301' } }).matter).toBe('\u00e9');
  });

  test('with rare characters beyond the basic plane', () => {
    expect(declare({ purpose: 'DAILY_SUPERVISION', matter: encodeURIComponent('𠮷林〔2026〕1号') }).matter).toBe(
      '𠮷林〔2026〕1号',
    );
  });
});

describe('what a case is about, in words', () => {
  const withText = (extensions: Record<string, unknown>, header?: string) =>
    declarePurpose(
      testRequest({
        headers: {
          'x-purpose': 'DAILY_SUPERVISION',
          ...(header !== undefined && { 'x-matter-text': encodeURIComponent(header) }),
        },
        extensions,
        receivedAt: LAST_SECOND_OF_MAY_1,
      }),
      { actor: 'DEPARTMENT', organization: 'x', developer: false },
      policies,
    );

  test.each<[string, Record<string, unknown>, string?]>([
    ['in the header', { matter: MATTER }, '二级建造资质延续'],
    ['in the extensions', { matter: MATTER, matterText: ' 二级建造资质延续 ' }],
    ['in both, alike', { matter: MATTER, matterText: '二级建造资质延续' }, '二级建造资质延续'],
  ])('is read %s', (_, extensions, header) => {
    expect(withText(extensions, header)).toEqual({ code: 'DAILY_SUPERVISION', matter: MATTER, matterText: '二级建造资质延续' });
  });

  test.each<[string, Record<string, unknown>, string?]>([
    ['without a case number', { matterText: '延续' }],
    ['of 257 characters', { matter: MATTER, matterText: '字'.repeat(257) }],
    ['with an identity number', { matter: MATTER, matterText: '身份证11010519491231002X号' }],
    ['of two kinds', { matter: MATTER, matterText: '延续' }, '变更'],
  ])('is refused %s', (_, extensions, header) => {
    expect(() => withText(extensions, header)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', details: { argument: 'matterText' } }),
    );
  });
});

describe('a purpose is refused', () => {
  test.each<[string, Declaration, string]>([
    ['when there is none', {}, 'PURPOSE_REQUIRED'],
    ['when it is blank', { purpose: '  ' }, 'PURPOSE_REQUIRED'],
    ['when the extension is null', { extensions: { purpose: null } }, 'PURPOSE_REQUIRED'],
    ['when nobody knows it', { purpose: 'CURIOSITY' }, 'PURPOSE_UNKNOWN'],
    ['in lower case', { purpose: 'daily_supervision' }, 'PURPOSE_UNKNOWN'],
    ['by the name of a prototype', { purpose: 'constructor' }, 'PURPOSE_UNKNOWN'],
    ['on the day after its last', { purpose: 'ENDED', receivedAt: LAST_SECOND_OF_MAY_1 + 1_000 }, 'PURPOSE_UNKNOWN'],
    ['on the day before its first', { purpose: 'BEGINS' }, 'PURPOSE_UNKNOWN'],
    ['to an actor it is not for', { actor: 'BANK', purpose: 'DAILY_SUPERVISION' }, 'PURPOSE_FORBIDDEN'],
    ['to the public that asks for more', { actor: 'PUBLIC', purpose: 'DAILY_SUPERVISION' }, 'PURPOSE_FORBIDDEN'],
    ['without the matter it needs', { purpose: 'ADMIN_APPROVAL_CHECK' }, 'MATTER_REQUIRED'],
    ['with a blank matter', { purpose: 'ADMIN_APPROVAL_CHECK', matter: '%20' }, 'MATTER_REQUIRED'],
    [
      'when header and extension differ',
      { purpose: 'DAILY_SUPERVISION', extensions: { purpose: 'PUBLIC_QUERY' } },
      'INPUT_INVALID',
    ],
  ])('%s', (_, declaration, code) => {
    expect(() => declare(declaration)).toThrow(expect.objectContaining({ code }));
  });
});
