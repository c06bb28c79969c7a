import { expect, test } from 'vitest';
import { readTarget, type SuspensionTarget } from './suspension.ts';

test.each<[SuspensionTarget, ReturnType<typeof readTarget>]>([
  [{ organization: 'bank' }, { kind: 'ORGANIZATION', target: 'bank', operator: null }],
  [
    { organization: 'bank', operator: null, purpose: null },
    { kind: 'ORGANIZATION', target: 'bank', operator: null },
  ],
  [
    { organization: 'bank', operator: 'li' },
    { kind: 'CLIENT', target: 'bank', operator: 'li' },
  ],
  [
    { organization: '信用办', operator: 'p-abcdefghijklmnopqrstuv@city.example' },
    { kind: 'CLIENT', target: '信用办', operator: 'p-abcdefghijklmnopqrstuv@city.example' },
  ],
  [{ purpose: 'LOAN_PRE' }, { kind: 'PURPOSE', target: 'LOAN_PRE', operator: null }],
  [{ department: 'tax' }, { kind: 'DEPARTMENT', target: 'tax', operator: null }],
])('%j names one', (target, named) => {
  expect(readTarget(target)).toEqual(named);
});

test.each<SuspensionTarget>([
  {},
  { operator: 'li' },
  { organization: ' ' },
  { organization: 'bank', purpose: 'LOAN_PRE' },
  { purpose: 'LOAN_PRE', operator: 'li' },
  // Forms send what was left open as an empty text: taken for a purpose or an account, it would suspend nothing.
  { organization: 'bank', purpose: '' },
  { organization: 'bank', department: '' },
  { organization: 'bank', operator: '' },
  // What is pasted from a page, and what a caller is not called by: nobody's requests would stop.
  { organization: 'bank ' },
  { organization: 'bank', operator: 'li\u200b' },
  { organization: 'bank', operator: '11010519491231002X' },
])('%j names none, or more than one, and is refused', (target) => {
  expect(() => readTarget(target)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
});
