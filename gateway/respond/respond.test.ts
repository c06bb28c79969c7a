import { describe, expect, test } from 'vitest';
import type { FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../errors.ts';
import { respond, respondRefusal } from './respond.ts';

const RECEIPT = { origin: 'city/log', index: '7', leafHash: 'ab' };
const reveal: FieldTreatment = { treatment: 'REVEAL', rule: 'R-1', basis: ['law'] };
const withhold = (rule: string): FieldTreatment => ({ treatment: 'WITHHOLD', rule, basis: [`basis of ${rule}`] });
const field = (
  coordinate: string | null,
  organization: FieldTreatment,
  person = organization,
  fields?: readonly PlannedField[],
): PlannedField => ({
  responseKey: 'key',
  coordinate,
  organization,
  person,
  ...(fields && { fields }),
});
const release = {
  shown: { data: { subject: { name: 'x' } }, fields: [] },
  plan: { fields: [] },
  answer: { failures: [], unavailable: [] },
  purpose: { code: 'BIDDING' },
  policy: { hash: 'p1' },
  receipt: RECEIPT,
} as const;

describe('an answer', () => {
  test('carries its data, purpose, policy version and receipt', () => {
    expect(respond(release)).toEqual({
      data: { subject: { name: 'x' } },
      extensions: {
        disclosure: {
          purpose: 'BIDDING',
          policyVersion: 'p1',
          masked: [],
          generalized: [],
          pseudonymized: [],
          withheld: [],
          unavailable: [],
          receipt: RECEIPT,
        },
      },
      httpStatus: 200,
      headers: {},
    });
  });

  test('lists each treated coordinate once under what was done to it', () => {
    const fields = (['MASK', 'REVEAL', 'MASK', 'GENERALIZE', 'PSEUDONYMIZE'] as const).map((treatment, i) => ({
      coordinate: `T.${'abacd'[i]}`,
      treatment,
      count: 1,
    }));
    const { extensions } = respond({ ...release, shown: { data: {}, fields } });
    expect(extensions.disclosure).toMatchObject({ masked: ['T.a'], generalized: ['T.c'], pseudonymized: ['T.d'] });
  });

  test('says why each withheld field is null, once, and nothing of what lies below it', () => {
    const below = field('TaxArrears.amount', withhold('B'));
    const fields = [
      field('CreditSubject.tax', reveal, reveal, [field('TaxStanding.arrears', withhold('A'), withhold('A'), [below])]),
      field('CreditSubject.tax', reveal, reveal, [field('TaxStanding.arrears', withhold('A'), withhold('A'))]),
      field(null, reveal),
    ];
    expect(respond({ ...release, plan: { fields } }).extensions.disclosure).toMatchObject({
      withheld: [{ coordinate: 'TaxStanding.arrears', rule: 'A', basis: ['basis of A'] }],
    });
  });

  test('names a field withheld from persons only when a person was in the answer', () => {
    const plan = { fields: [field('Registration.address', reveal, withhold('P'))] };
    const dropped = { data: {}, fields: [{ coordinate: 'Registration.address', treatment: 'WITHHOLD', count: 0 }] } as const;
    expect(respond({ ...release, plan }).extensions.disclosure).toMatchObject({ withheld: [] });
    expect(respond({ ...release, plan, shown: dropped }).extensions.disclosure).toMatchObject({
      withheld: [{ coordinate: 'Registration.address', rule: 'P', basis: ['basis of P'] }],
    });
  });

  test('is partial when a department failed: an error by code, department and path, and nothing of our own keys', () => {
    const failures = [
      { path: ['subject', 'tax'], department: 'tax', code: 'DEPARTMENT_UNAVAILABLE' },
      { path: ['subject', '_xinqiao_id'], department: 'registry', code: 'DEPARTMENT_UNAVAILABLE' },
    ] as const;
    const response = respond({ ...release, answer: { failures, unavailable: ['registry', 'tax'] } });
    expect(response.errors).toEqual([
      {
        message: ERRORS.DEPARTMENT_UNAVAILABLE.message,
        path: ['subject', 'tax'],
        extensions: { code: 'DEPARTMENT_UNAVAILABLE', department: 'tax' },
      },
    ]);
    expect(response.httpStatus).toBe(200);
    expect(response.extensions.disclosure).toMatchObject({ unavailable: ['registry', 'tax'] });
  });
});

describe('a refusal', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('%s has its status and text, and no data', (code) => {
    const response = respondRefusal(new GatewayError(code, { limit: 5 }), RECEIPT, 'request-1');
    expect(response).toEqual({
      errors: [{ message: ERRORS[code].message, extensions: { code, limit: 5, requestId: 'request-1' } }],
      extensions: { disclosure: { receipt: RECEIPT } },
      httpStatus: ERRORS[code].status,
      headers: ERRORS[code].retryable ? { 'retry-after': '5' } : {},
    });
  });

  test('says after how many seconds to come back, at least one', () => {
    const headers = (retryAfterSeconds: number) =>
      respondRefusal(new GatewayError('RATE_LIMITED', { retryAfterSeconds }), null, 'r').headers;
    expect([headers(41.2), headers(0)]).toEqual([{ 'retry-after': '42' }, { 'retry-after': '1' }]);
  });

  test.each([new Error('relation "tax" does not exist'), 'text', null])(
    'of something unknown is INTERNAL and repeats nothing of it',
    (error) => {
      const response = respondRefusal(error, null, 'r');
      expect(response.errors).toEqual([{ message: ERRORS.INTERNAL.message, extensions: { code: 'INTERNAL', requestId: 'r' } }]);
      expect(response.httpStatus).toBe(500);
    },
  );

  test('details never replace the code or the request id', () => {
    const error = new GatewayError('INPUT_INVALID', { code: 'OK', requestId: 'other' });
    expect(respondRefusal(error, null, 'r').errors?.[0]?.extensions).toEqual({ code: 'INPUT_INVALID', requestId: 'r' });
  });
});
