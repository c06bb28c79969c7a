import { describe, expect, it } from 'vitest';
import type { FieldTreatment, PlannedField } from '../disclosure/disclosure.ts';
import { desensitize } from './desensitize.ts';
import { count, field, ID, leaf, mask, ORGANIZATION, PERSON, rawAnswer, reveal, subjects, withhold } from './pass.fixture.ts';

const throws: FieldTreatment = {
  ...mask,
  apply: (value) => {
    throw new Error(`cannot mask ${String(value)}`);
  },
};

it('makes the answer in the order of the client, null where withheld, and copies nothing else', () => {
  const raw = rawAnswer(`{ subjects { ${ID} name kind } }`, {
    subjects: [{ _xinqiao_id: ORGANIZATION, name: '王明', phone: '13800001234', kind: 'K', secret: 'x' }, null],
  });
  const shown = desensitize(raw, { fields: [subjects([leaf('kind', reveal), leaf('phone', withhold), leaf('name', mask)])] });
  expect(JSON.stringify(shown.data)).toBe('{"subjects":[{"kind":"K","phone":null,"name":"*"},null]}');
  expect(shown.subjects).toEqual([ORGANIZATION]);
  expect(shown.departments).toEqual(['registry']);
});

it('says the type of an object by the schema, whatever a department calls it', () => {
  const raw = rawAnswer(`{ subjects { ${ID} __typename } }`, { subjects: [{ _xinqiao_id: ORGANIZATION, __typename: '王明' }] });
  const typename: PlannedField = { ...leaf('__typename', reveal), coordinate: null };
  expect(desensitize(raw, { fields: [subjects([typename])] }).data).toEqual({ subjects: [{ __typename: 'CreditSubject' }] });
});

describe('a value is treated for the kind of the nearest enclosing subject', () => {
  const fields = [leaf('name', reveal, mask)];
  const plan = { fields: [subjects([...fields, subjects(fields, 'CreditSubject.successor'), leaf('facts', reveal, mask)])] };
  const question = `{ subjects { ${ID} name successor { ${ID} name } facts } }`;

  it.each([
    ['an organisation', ORGANIZATION, '云汀'],
    ['a person', PERSON, '*'],
    ['a malformed id, as whichever is shown less', 'o-short', '*'],
    ['an id that is a number', 7, '*'],
  ])('%s', (_what, id, name) => {
    const inner = { _xinqiao_id: id === ORGANIZATION ? PERSON : ORGANIZATION, name: '云汀' };
    const data = { subjects: [{ _xinqiao_id: id, name: '云汀', successor: inner, facts: '云汀' }] };
    expect(desensitize(rawAnswer(question, data), plan).data).toEqual({
      subjects: [{ name, successor: { name: id === ORGANIZATION ? '*' : '云汀' }, facts: name }],
    });
  });

  it('also after a person among organizations, and after a subject that came to nothing', () => {
    const named = (id: string, must: string | null) => ({ _xinqiao_id: id, must, name: '云汀' });
    const data = { subjects: [named(ORGANIZATION, 'm'), named(PERSON, 'm'), named(PERSON, null), named(ORGANIZATION, 'm')] };
    const shown = desensitize(rawAnswer(`{ subjects { ${ID} name must } }`, data), {
      fields: [subjects([leaf('name', reveal, mask), leaf('must', reveal)])],
    });
    const [organization, person] = [
      { name: '云汀', must: 'm' },
      { name: '*', must: 'm' },
    ];
    expect(shown.data).toEqual({ subjects: [organization, person, null, organization] });
  });

  it('and a subject whose id was not even asked for, as whichever is shown less', () => {
    const data = { subjects: [{ id: ORGANIZATION, name: '云汀' }] };
    expect(desensitize(rawAnswer('{ subjects { name } }', data), { fields: [subjects(fields)] }).data).toEqual({
      subjects: [{ name: '*' }],
    });
  });

  it('and one withheld from one kind alone is dropped for it, whatever it is', () => {
    const other = {
      fields: [subjects([leaf('name', withhold, reveal), leaf('facts', reveal, withhold), leaf('must', reveal, withhold)])],
    };
    const data = {
      subjects: [ORGANIZATION, PERSON].map((id) => ({ _xinqiao_id: id, name: 'n', facts: 'f', must: id === PERSON ? 7 : 'm' })),
    };
    const raw = rawAnswer(`{ subjects { ${ID} name facts must } }`, data);
    expect(desensitize(raw, other).data).toEqual({
      subjects: [
        { name: null, facts: 'f', must: 'm' },
        { name: 'n', facts: null, must: null },
      ],
    });
    expect(raw.faults()).toEqual([]);
  });
});

it('treats and counts an object by the fields of the type it has', () => {
  const party = { ...field('Query.parties'), fields: [field('Party.name', mask), field('Bank.branches', mask)] };
  const raw = rawAnswer('{ parties { name ... on Bank { branches } } }', {
    parties: [
      { __typename: 'Bank', name: 'b', branches: ['x', 'y'] },
      { __typename: 'Shop', name: 's', branches: ['z'] },
    ],
  });
  const shown = desensitize(raw, { fields: [party] });
  expect(shown.data).toEqual({
    parties: [
      { name: '*', branches: ['*', '*'] },
      { name: '*', branches: null },
    ],
  });
  expect(shown.counts).toEqual([
    count('Bank.branches', 'MASK', 2),
    count('Party.name', 'MASK', 2),
    count('Query.parties', 'REVEAL', 2),
  ]);
});

it('meta fields pass untouched', () => {
  const meta: PlannedField = { responseKey: '__schema', coordinate: null, organization: reveal, person: reveal };
  const raw = rawAnswer('{ __schema { types { name } } }', { __schema: { types: [{ name: 'Query' }] } });
  expect(desensitize(raw, { fields: [meta, { ...meta, responseKey: 'absent' }] }).data).toEqual({
    __schema: { types: [{ name: 'Query' }] },
    absent: null,
  });
});

describe('blocks the whole answer', () => {
  it.each([
    ['a mask that throws', field('Query.name', throws), '{ name }', '王明'],
    ['a mask that throws, for an element of a list', field('Query.list', throws), '{ list }', [['王明']]],
    ['a treatment without a mask', field('Query.name', { treatment: 'MASK', rule: 'R', basis: [] }), '{ name }', '王明'],
    ['an object where a leaf belongs', field('Query.name', reveal), '{ name }', { secret: '王明' }],
    ['a list where a leaf belongs', field('Query.name', mask), '{ name }', ['王明']],
    ['an object in a list of leaves', field('Query.list', reveal), '{ list }', [[{ secret: '王明' }]]],
    ['an object that the plan took for a leaf', field('Query.subject', reveal), '{ subject { name } }', { name: '王明' }],
  ])('%s, and repeats no value', (_what, planned, question, value) => {
    const raw = rawAnswer(question, { [planned.responseKey]: value });
    const attempt = () => desensitize(raw, { fields: [planned] });
    expect(attempt).toThrow(expect.objectContaining({ code: 'INTERNAL', details: { coordinate: planned.coordinate } }));
    try {
      attempt();
    } catch (error) {
      expect(JSON.stringify([String(error), error, (error as Error).cause ?? null])).not.toContain('王明');
    }
  });
});

it('a field a client calls __proto__ is a field like any other', () => {
  const fields = ['__proto__', 'constructor', 'toString'].map((key) => field('Query.name', mask, mask, key));
  const raw = rawAnswer('{ __proto__: name toString: name }', JSON.parse('{"__proto__":"x","toString":"y"}'));
  expect(JSON.stringify(desensitize(raw, { fields }).data)).toBe('{"__proto__":"*","constructor":null,"toString":"*"}');
});

it('the raw answer is not changed', () => {
  const data = { subjects: [{ _xinqiao_id: PERSON, name: '王明' }] };
  const raw = rawAnswer(`{ subjects { ${ID} name } }`, data);
  desensitize(raw, { fields: [subjects([leaf('name', mask)])] });
  expect(raw.complete().data).toEqual(data);
});
