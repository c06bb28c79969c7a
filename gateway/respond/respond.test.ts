import { describe, expect, test } from 'vitest';
import { Written } from '../written.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../errors.ts';
import { type Release, respond, respondRefusal } from './respond.ts';

const RECEIPT = { origin: 'city/log', index: '7', leafHash: 'ab' };
const release: Release = {
  shown: { data: { subject: { name: 'x' } }, counts: [], failures: [], unavailable: [] },
  plan: { notices: [] },
  purpose: { code: 'BIDDING' },
  policy: { hash: 'p1' },
  receipt: RECEIPT,
  headers: { ratelimit: '"requests";r=1;t=9' },
};

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
      headers: release.headers,
    });
  });

  test('lists the coordinates of which some value left treated', () => {
    const treated = (['MASK', 'REVEAL', 'GENERALIZE', 'PSEUDONYMIZE'] as const).map((treatment) => ({
      coordinate: `T.${treatment}`,
      treatment,
      count: 1,
    }));
    const absent = { coordinate: 'T.absent', treatment: 'MASK', count: 0 } as const;
    const { extensions } = respond({ ...release, shown: { ...release.shown, counts: [...treated, absent] } });
    expect(extensions.disclosure).toMatchObject({
      masked: ['T.MASK'],
      generalized: ['T.GENERALIZE'],
      pseudonymized: ['T.PSEUDONYMIZE'],
    });
  });

  test('says by which rule and on what basis each field is withheld, and from which subjects', () => {
    const reason = { coordinate: 'TaxStanding.arrears', rule: 'A', basis: ['law'], subjects: 'persons' } as const;
    const notices = [
      { ...reason, treatment: 'WITHHOLD' },
      { ...reason, coordinate: 'T.masked', treatment: 'MASK' },
    ] as const;
    expect(respond({ ...release, plan: { notices } }).extensions.disclosure).toMatchObject({ withheld: [reason] });
  });

  test('is partial when a department failed: an error by code, department and path, and nothing of our own keys', () => {
    const failures = [
      { path: ['subject', 'tax'], department: 'tax', code: 'DEPARTMENT_UNAVAILABLE' },
      { path: ['subject', '_xinqiao_id'], department: 'registry', code: 'DEPARTMENT_UNAVAILABLE' },
    ] as const;
    const response = respond({ ...release, shown: { ...release.shown, failures, unavailable: ['registry', 'tax'] } });
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

test.each([
  ['read', (value: unknown) => value],
  ['written already', (value: unknown) => new Written([JSON.stringify(value)])],
])(
  'a failure inside of what is withheld is not told, in data that are %s: its path would say that something is there',
  (_, as) => {
    const data = { subjects: as([{ registration: { officers: null } }, null]) };
    const failure = (...path: (string | number)[]) => ({ path, department: 'registry', code: 'INTERNAL' }) as const;
    const failures = [
      failure('subjects', 0, 'registration', 'officers'),
      failure('subjects', 0, 'registration', 'officers', 3, 'share'),
      failure('subjects', 1),
      failure('subjects', 1, 'name'),
    ];
    const { errors } = respond({ ...release, shown: { ...release.shown, data, failures } });
    expect(errors?.map(({ path }) => path?.join('.'))).toEqual(['subjects.0.registration.officers', 'subjects.1']);
  },
);

const CHALLENGES: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'Bearer error="invalid_token", DPoP algs="ES256 PS256 EdDSA Ed25519", error="invalid_token"',
  DPOP_REQUIRED: 'DPoP algs="ES256 PS256 EdDSA Ed25519", error="invalid_token"',
  DPOP_INVALID: 'DPoP algs="ES256 PS256 EdDSA Ed25519", error="invalid_dpop_proof"',
};

describe('a refusal', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])('%s has its status and text, and no data', (code) => {
    const response = respondRefusal(new GatewayError(code, { limit: 5 }), RECEIPT, 'request-1');
    expect(response).toEqual({
      errors: [{ message: ERRORS[code].message, extensions: { code, limit: 5, requestId: 'request-1' } }],
      extensions: { disclosure: { receipt: RECEIPT } },
      httpStatus: ERRORS[code].status,
      headers: {
        ...(ERRORS[code].retryable && { 'retry-after': '5' }),
        ...(ERRORS[code].status === 401 && { 'www-authenticate': CHALLENGES[code] }),
      },
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
