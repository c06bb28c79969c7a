import { expect, expectTypeOf, test } from 'vitest';
import type { FieldCount } from '../desensitization/treatments.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import type { Look } from '../flow.ts';
import { leafOf } from './leaf.ts';
import { type LookOnRecord, refusalEntry, releaseEntry, type ShownOnRecord } from './make-entry.ts';

const NOW = Date.UTC(2026, 2, 1, 2, 3, 4, 5);
const look: LookOnRecord = {
  request: { id: 'r1', receivedAt: NOW - 12.4, documentHash: 'b'.repeat(64), operationName: 'Credit' },
  policy: { hash: 'a'.repeat(64) },
  caller: { actor: 'BANK', organization: 'bank-1', operator: 'zhao', operatorName: '赵六', developer: true },
  purpose: { code: 'LOAN_PRE', matter: '贷〔2026〕1号', matterText: '授信申请' },
  disclosure: {
    asked: ['o-2', 'o-1', 'o-2'] as unknown as NonNullable<LookOnRecord['disclosure']>['asked'],
  },
  answer: { departments: ['tax', 'registry'], unavailable: ['tax'] },
};
const counts: FieldCount[] = [
  { coordinate: 'Subject.name', treatment: 'REVEAL', count: 3 },
  { coordinate: 'Tax.arrears', treatment: 'WITHHOLD', count: 0 },
  { coordinate: 'Subject.name', treatment: 'MASK', count: 1 },
];
const shown: ShownOnRecord = {
  counts,
  subjects: ['p-9', 'o-1'] as unknown as ShownOnRecord['subjects'],
  names: new Map([['p-9', '王某']]) as unknown as ShownOnRecord['names'],
};

test('a release names caller, purpose, subjects, every field with its treatment and count, and the departments', () => {
  expect(releaseEntry(look, shown, NOW)).toEqual({
    version: 1,
    time: '2026-03-01T02:03:04.005Z',
    requestId: 'r1',
    caller: { actor: 'BANK', organization: 'bank-1', operator: 'zhao' },
    purpose: 'LOAN_PRE',
    matter: '贷〔2026〕1号',
    policyHash: 'a'.repeat(64),
    operation: { hash: 'b'.repeat(64), name: 'Credit' },
    subjects: { asked: ['o-1', 'o-2'], returned: ['o-1', 'p-9'] },
    fields: [
      { coordinate: 'Subject.name', treatment: 'MASK', count: 1 },
      { coordinate: 'Subject.name', treatment: 'REVEAL', count: 3 },
      { coordinate: 'Tax.arrears', treatment: 'WITHHOLD', count: 0 },
    ],
    departments: ['registry', 'tax'],
    unavailable: ['tax'],
    decision: 'RELEASED',
    code: null,
    durationMs: 12,
    readable: { operatorName: '赵六', matterText: '授信申请', subjectNames: shown.names },
  });
});

test('what people call operator, matter and subject is no part of what is logged', () => {
  const canonical = leafOf(releaseEntry(look, shown, NOW)).canonical.toString();
  for (const name of ['赵六', '授信申请', '王某', 'readable']) expect(canonical).not.toContain(name);
});

test.each<[error: unknown, decision: string, code: ErrorCode]>([
  [new GatewayError('PURPOSE_FORBIDDEN'), 'REFUSED', 'PURPOSE_FORBIDDEN'],
  [new GatewayError('RATE_LIMITED', { retryAfterSeconds: 3 }), 'REFUSED', 'RATE_LIMITED'],
  [new GatewayError('REFERENCE_UNAVAILABLE'), 'FAILED', 'REFERENCE_UNAVAILABLE'],
  [new Error('张三 37048119900101'), 'FAILED', 'INTERNAL'],
  [undefined, 'FAILED', 'INTERNAL'],
])('%s is recorded by decision and code alone', (error, decision, code) => {
  const entry = refusalEntry(look, error, NOW);
  expect(entry).toMatchObject({ decision, code, fields: [], subjects: { asked: ['o-1', 'o-2'], returned: [] } });
  expect(JSON.stringify(entry)).not.toContain('张三');
});

test('a release and a refusal name the authorization that was presented', () => {
  const presented = { ...look, authorization: { id: 'auth-1' } };
  expect(releaseEntry(presented, shown, NOW).authorizations).toEqual(['auth-1']);
  expect(refusalEntry(presented, new GatewayError('AUTHORIZATION_ENDED'), NOW).authorizations).toEqual(['auth-1']);
  expect(refusalEntry(look, new GatewayError('AUTHORIZATION_UNKNOWN'), NOW)).not.toHaveProperty('authorizations');
});

test('a refusal before anything is known says so, and takes whoever it was for nobody, the public included', () => {
  const { request, policy } = look;
  expect(
    refusalEntry({ request: { ...request, operationName: null }, policy }, new GatewayError('UNAUTHENTICATED'), NOW),
  ).toMatchObject({
    caller: null,
    purpose: null,
    matter: null,
    operation: { name: null },
    subjects: { asked: [], returned: [] },
    departments: [],
    decision: 'REFUSED',
  });
});

test.each(['370481199001010010', '张三', 'a b', `a${'b'.repeat(200)}`, 'q_11010519491231002X'])(
  'keeps no operation name that GraphQL would not take, or that holds an identity number: %s',
  (operationName) => {
    expect(releaseEntry({ ...look, request: { ...look.request, operationName } }, shown, NOW).operation.name).toBeNull();
  },
);

test('a query refused while it was planned names those it asked for', () => {
  const error = new GatewayError('ARGUMENT_FORBIDDEN', {}, { asked: ['p-2', 'p-1', 'p-2'] });
  const { request, policy } = look;
  expect(refusalEntry({ request, policy }, error, NOW).subjects).toEqual({ asked: ['p-1', 'p-2'], returned: [] });
});

test('a clock that goes back makes no negative duration', () => {
  expect(releaseEntry(look, shown, NOW - 60_000).durationMs).toBe(0);
});

test('no value but names, no variable, header or token is reachable from what an entry is made of', () => {
  expectTypeOf<Look>().toExtend<LookOnRecord>();
  expectTypeOf<keyof LookOnRecord['request']>().toEqualTypeOf<'id' | 'receivedAt' | 'documentHash' | 'operationName'>();
  expectTypeOf<keyof NonNullable<LookOnRecord['answer']>>().toEqualTypeOf<'departments' | 'unavailable'>();
  expectTypeOf<keyof ShownOnRecord>().toEqualTypeOf<'counts' | 'subjects' | 'names'>();
});
