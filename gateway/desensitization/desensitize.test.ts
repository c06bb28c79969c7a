import { describe, expect, it } from 'vitest';
import type { FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { desensitize } from './desensitize.ts';

const reveal: FieldTreatment = { treatment: 'REVEAL', rule: 'R-1', basis: [] };
const mask: FieldTreatment = {
  treatment: 'MASK',
  rule: 'R-2',
  basis: [],
  apply: (value) => (Array.isArray(value) ? value.map(() => '*') : '*'),
};
const withhold: FieldTreatment = { treatment: 'WITHHOLD', rule: 'R-3', basis: [] };
const throws: FieldTreatment = {
  ...mask,
  apply: (value) => {
    throw new Error(`cannot mask ${String(value)}`);
  },
};

const ORGANIZATION = `o-${'A'.repeat(22)}`;
const PERSON = `p-${'B'.repeat(22)}`;

function leaf(responseKey: string, organization: FieldTreatment, person = organization): PlannedField {
  return { responseKey, coordinate: `CreditSubject.${responseKey}`, organization, person };
}

function subjects(fields: readonly PlannedField[]): PlannedField {
  return { responseKey: 'subjects', coordinate: 'Query.subjects', organization: reveal, person: reveal, fields, isSubject: true };
}

it('rebuilds the answer in the order of the client, null where withheld, and copies nothing else', () => {
  const plan = { fields: [subjects([leaf('kind', reveal), leaf('phone', withhold), leaf('name', mask)])] };
  const data = { subjects: [{ _xinqiao_id: ORGANIZATION, name: '王明', phone: '13800001234', kind: 'K', secret: 'x' }, null] };
  const shown = desensitize({ data }, plan);
  expect(JSON.stringify(shown.data)).toBe('{"subjects":[{"kind":"K","phone":null,"name":"*"},null]}');
  expect(shown.subjects).toEqual([ORGANIZATION]);
});

describe('a value is treated for the kind of the nearest enclosing subject', () => {
  const plan = {
    fields: [subjects([leaf('name', reveal, mask), { ...subjects([leaf('name', reveal, mask)]), responseKey: 'successor' }])],
  };
  it.each([
    ['an organisation', ORGANIZATION, '云汀'],
    ['a person', PERSON, '*'],
    ['a missing id, as whichever is shown less', undefined, '*'],
    ['a malformed id', 'o-short', '*'],
    ['an id that is no text', 7, '*'],
  ])('%s', (_what, id, name) => {
    const inner = { _xinqiao_id: id === ORGANIZATION ? PERSON : ORGANIZATION, name: '云汀' };
    const { data } = desensitize({ data: { subjects: { _xinqiao_id: id, name: '云汀', successor: inner } } }, plan);
    expect(data).toEqual({ subjects: { name, successor: { name: id === ORGANIZATION ? '*' : '云汀' } } });
  });

  it('and one withheld from one kind alone is dropped for it', () => {
    const other = { fields: [subjects([leaf('name', withhold, reveal), leaf('facts', reveal, withhold)])] };
    const data = { subjects: [ORGANIZATION, PERSON].map((id) => ({ _xinqiao_id: id, name: 'n', facts: 'f' })) };
    expect(desensitize({ data }, other).data).toEqual({
      subjects: [
        { name: null, facts: 'f' },
        { name: 'n', facts: null },
      ],
    });
  });
});

it('counts what left, by coordinate and treatment, and what was asked for in vain', () => {
  const plan = {
    fields: [subjects([leaf('name', reveal, mask), leaf('names', mask), leaf('phone', withhold), leaf('email', reveal)])],
  };
  const data = {
    subjects: [
      { _xinqiao_id: ORGANIZATION, name: 'a', names: ['b', null, 'c'], phone: '1', email: null },
      { _xinqiao_id: PERSON, name: 'd', names: [] },
    ],
  };
  expect([...desensitize({ data }, plan).counts.values()]).toEqual([
    { coordinate: 'Query.subjects', treatment: 'REVEAL', count: 2 },
    { coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: 1 },
    { coordinate: 'CreditSubject.names', treatment: 'MASK', count: 2 },
    { coordinate: 'CreditSubject.phone', treatment: 'WITHHOLD', count: 0 },
    { coordinate: 'CreditSubject.email', treatment: 'REVEAL', count: 0 },
    { coordinate: 'CreditSubject.name', treatment: 'MASK', count: 1 },
  ]);
});

it('says nothing of a treatment that no subject of the answer met', () => {
  const plan = { fields: [subjects([leaf('name', reveal, mask), leaf('phone', reveal, withhold)])] };
  const data = { subjects: [{ _xinqiao_id: ORGANIZATION, name: 'a', phone: '1' }] };
  expect([...desensitize({ data }, plan).counts.values()].map(({ treatment }) => treatment)).toEqual([
    'REVEAL',
    'REVEAL',
    'REVEAL',
  ]);
});

it('an answer without data has none, and still says what was asked for', () => {
  const shown = desensitize({ data: null }, { fields: [leaf('name', reveal)] });
  expect(shown).toEqual({
    data: null,
    counts: new Map([['CreditSubject.name REVEAL', { coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: 0 }]]),
    subjects: [],
  });
});

it('meta fields pass untouched', () => {
  const meta: PlannedField = { responseKey: '__schema', coordinate: null, organization: reveal, person: reveal };
  expect(
    desensitize({ data: { __schema: { types: [{ name: 'Query' }] } } }, { fields: [meta, { ...meta, responseKey: 'absent' }] })
      .data,
  ).toEqual({
    __schema: { types: [{ name: 'Query' }] },
    absent: null,
  });
});

describe('blocks the whole answer', () => {
  it.each([
    ['a mask that throws', leaf('name', throws), '王明'],
    ['a treatment without a mask', leaf('name', { treatment: 'MASK', rule: 'R', basis: [] }), '王明'],
    ['an object where a leaf belongs', leaf('name', reveal), { secret: '王明' }],
    ['an object in a list of leaves', leaf('name', reveal), [{ secret: '王明' }]],
    ['a leaf where an object belongs', { ...subjects([]), responseKey: 'name', coordinate: 'CreditSubject.name' }, '王明'],
  ])('%s, and repeats no value', (_what, field, value) => {
    const attempt = () => desensitize({ data: { name: value } }, { fields: [field] });
    expect(attempt).toThrow(expect.objectContaining({ code: 'INTERNAL', details: { coordinate: 'CreditSubject.name' } }));
    try {
      attempt();
    } catch (error) {
      expect(JSON.stringify([String(error), error, (error as Error).cause ?? null])).not.toContain('王明');
    }
  });
});

it('a field a client calls __proto__ is a field like any other', () => {
  const plan = { fields: [leaf('__proto__', reveal), leaf('constructor', reveal)] };
  const shown = desensitize({ data: JSON.parse('{"__proto__":"x"}') as Record<string, unknown> }, plan).data;
  expect(JSON.stringify(shown)).toBe('{"__proto__":"x","constructor":null}');
});

it('the raw answer is not changed', () => {
  const data = { subjects: { _xinqiao_id: PERSON, name: '王明' } };
  desensitize({ data }, { fields: [subjects([leaf('name', mask)])] });
  expect(data).toEqual({ subjects: { _xinqiao_id: PERSON, name: '王明' } });
});
