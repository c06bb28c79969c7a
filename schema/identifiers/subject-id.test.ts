import { expect, test } from 'vitest';
import { isPersonSubject, isSubjectId, subjectId, unresolvedId } from './subject-id.ts';

const KEY = 'test-key';

test.each([
  ['USCC', '91350100M000100Y43', 'o-'],
  ['USCC', '92210300Y55BB55K4H', 'p-'],
  ['RESIDENT_ID', '11010519491231002X', 'p-'],
  ['OTHER_DOCUMENT', 'E12345678', 'p-'],
] as const)('the id of a %s %s starts with its kind and tells nothing else', (type, value, prefix) => {
  const id = subjectId(KEY, { type, value });
  expect(isSubjectId(id)).toBe(true);
  expect(id.slice(0, 2)).toBe(prefix);
  expect(isPersonSubject(id)).toBe(prefix === 'p-');
});

test('an id depends on the key, the kind of identifier and its value', () => {
  const ids = [
    subjectId(KEY, { type: 'RESIDENT_ID', value: '11010519491231002X' }),
    subjectId('other-key', { type: 'RESIDENT_ID', value: '11010519491231002X' }),
    subjectId(KEY, { type: 'OTHER_DOCUMENT', value: '11010519491231002X' }),
    subjectId(KEY, { type: 'RESIDENT_ID', value: '110105194912310039' }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('an unresolved identifier has an id of its own form', () => {
  const id = unresolvedId(KEY, { type: 'BUSINESS_REGISTRATION_NO', value: '999900094580730' });
  expect(id).toMatch(/^r-[A-Za-z0-9_-]{22}$/);
  expect(isSubjectId(id)).toBe(false);
});
