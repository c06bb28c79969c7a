import { describe, expect, it } from 'vitest';
import { toByteText } from '../byte-text.ts';
import { desensitize } from './desensitize.ts';
import {
  count,
  field,
  ID,
  leaf,
  mask,
  ORGANIZATION,
  PERSON,
  rawAnswer,
  records,
  reveal,
  subjects,
  withhold,
} from './pass.fixture.ts';

describe('the log counts', () => {
  it('what left, by coordinate and treatment, and what was asked for in vain', () => {
    const plan = {
      fields: [subjects([leaf('name', reveal, mask), leaf('names', mask), leaf('phone', withhold), leaf('email', reveal)])],
    };
    const data = {
      subjects: [
        { _xinqiao_id: ORGANIZATION, name: 'a', names: ['b', null, 'c'], email: null },
        { _xinqiao_id: PERSON, name: 'd', names: [] },
      ],
    };
    const shown = desensitize(rawAnswer(`{ subjects { ${ID} name names email } }`, data), plan);
    expect(shown.counts).toEqual([
      count('CreditSubject.email', 'REVEAL', 0),
      count('CreditSubject.name', 'MASK', 1),
      count('CreditSubject.name', 'REVEAL', 1),
      count('CreditSubject.names', 'MASK', 2),
      count('CreditSubject.phone', 'WITHHOLD', 0),
      count('Query.subjects', 'REVEAL', 2),
    ]);
    expect(shown.data).toEqual({
      subjects: [
        { name: 'a', names: ['*', null, '*'], phone: null, email: null },
        { name: '*', names: [], phone: null, email: null },
      ],
    });
  });

  it('the same counts of one plan by the very same list, other counts by another', () => {
    const plan = { fields: [subjects([leaf('name', reveal)])] };
    const countsOf = (...names: (string | null)[]) => {
      const data = { subjects: names.map((name) => ({ _xinqiao_id: ORGANIZATION, name })) };
      return desensitize(rawAnswer(`{ subjects { ${ID} name } }`, data), plan).counts;
    };
    expect(countsOf('b')).toBe(countsOf('a'));
    expect(countsOf(null)).toEqual([count('CreditSubject.name', 'REVEAL', 0), count('Query.subjects', 'REVEAL', 1)]);
    expect(countsOf('a')).toEqual([count('CreditSubject.name', 'REVEAL', 1), count('Query.subjects', 'REVEAL', 1)]);
    const other = { fields: [subjects([leaf('name', mask)])] };
    const data = { subjects: [{ _xinqiao_id: ORGANIZATION, name: 'a' }] };
    expect(desensitize(rawAnswer(`{ subjects { ${ID} name } }`, data), other).counts).toEqual([
      count('CreditSubject.name', 'MASK', 1),
      count('Query.subjects', 'REVEAL', 1),
    ]);
  });

  it('nothing for a treatment that no subject of the answer met', () => {
    const plan = { fields: [subjects([leaf('name', reveal, mask), leaf('phone', reveal, withhold)])] };
    const data = { subjects: [{ _xinqiao_id: ORGANIZATION, name: 'a', phone: '1' }] };
    const { counts } = desensitize(rawAnswer(`{ subjects { ${ID} name phone } }`, data), plan);
    expect(counts.map(({ treatment }) => treatment)).toEqual(['REVEAL', 'REVEAL', 'REVEAL']);
  });

  it('one coordinate once, whatever the client calls it and wherever it stands', () => {
    const plan = {
      fields: [
        subjects([
          field('CreditSubject.name', mask, mask, 'first'),
          field('CreditSubject.name', mask, mask, 'second'),
          subjects([leaf('name', mask)], 'CreditSubject.successor'),
        ]),
      ],
    };
    const inner = { _xinqiao_id: PERSON, name: 'c' };
    const data = { subjects: [{ _xinqiao_id: ORGANIZATION, first: 'a', second: 'b', successor: inner }] };
    const shown = desensitize(rawAnswer(`{ subjects { ${ID} first: name second: name successor { ${ID} name } } }`, data), plan);
    expect(shown.counts).toEqual([
      count('CreditSubject.name', 'MASK', 3),
      count('CreditSubject.successor', 'REVEAL', 1),
      count('Query.subjects', 'REVEAL', 1),
    ]);
    expect(shown.subjects).toEqual([ORGANIZATION, PERSON]);
  });

  it('an answer without data as all asked for in vain', () => {
    const raw = rawAnswer('{ required { name } }', { required: null });
    const shown = desensitize(raw, { fields: [subjects([leaf('name', reveal, mask)], 'Query.required')] });
    expect(shown).toMatchObject({ data: null, subjects: [] });
    expect(shown.counts).toEqual([count('CreditSubject.name', 'MASK', 0), count('Query.required', 'REVEAL', 0)]);
  });
});

describe('the name of a subject is noted', () => {
  const named = [leaf('name', reveal, mask)];

  it('as it was shown, whatever the client calls it, and of the subject it belongs to', () => {
    const own = field('CreditSubject.name', reveal, mask, 'title');
    const plan = { fields: [subjects([subjects(named, 'CreditSubject.successor'), own])] };
    const data = {
      subjects: [{ _xinqiao_id: ORGANIZATION, title: 'a', successor: { _xinqiao_id: PERSON, name: 'c' } }],
    };
    const raw = rawAnswer(`{ subjects { ${ID} successor { ${ID} name } title: name } }`, data);
    expect([...desensitize(raw, plan).names]).toEqual([
      [PERSON, '*'],
      [ORGANIZATION, 'a'],
    ]);
  });

  it('as text, which the answer holds as byte text', () => {
    const data = { subjects: [{ _xinqiao_id: ORGANIZATION, name: toByteText('云汀市青禾') }] };
    const shown = desensitize(rawAnswer(`{ subjects { ${ID} name } }`, data), { fields: [subjects(named)] });
    expect([...shown.names]).toEqual([[ORGANIZATION, '云汀市青禾']]);
    expect(shown.data).toEqual({ subjects: [{ name: toByteText('云汀市青禾') }] });
  });

  it('also where everybody is shown it as it is', () => {
    const raw = rawAnswer(`{ subjects { ${ID} name } }`, { subjects: [{ _xinqiao_id: PERSON, name: 'p' }] });
    expect([...desensitize(raw, { fields: [subjects([leaf('name', reveal)])] }).names]).toEqual([[PERSON, 'p']]);
  });

  it('not where it is withheld, is null, belongs to nobody or is taken back', () => {
    const plan = { fields: [subjects([leaf('name', reveal, withhold), leaf('codes', reveal), records([field('Record.must')])])] };
    const data = {
      subjects: [
        { _xinqiao_id: PERSON, name: 'p' },
        { _xinqiao_id: ORGANIZATION, name: null },
        { _xinqiao_id: 'nonsense', name: 'n' },
      ],
    };
    expect(desensitize(rawAnswer(`{ subjects { ${ID} name codes } }`, data), plan).names.size).toBe(0);
    const required = { fields: [subjects(named, 'Query.required')] };
    const lost = rawAnswer(`{ required { ${ID} name } }`, { required: { _xinqiao_id: ORGANIZATION, name: 7 } });
    expect(desensitize(lost, required).names.size).toBe(0);
  });
});

describe('a null that propagates takes back what was counted below it', () => {
  const plan = {
    fields: [
      subjects([leaf('name', reveal), records([field('Record.amount', mask), field('Record.must')]), leaf('codes', reveal)]),
    ],
  };
  const question = `{ subjects { ${ID} name records { amount must } codes } }`;
  const good = { amount: '1', must: 'm' };
  const counts = (data: Record<string, unknown>) => {
    const shown = desensitize(rawAnswer(question, { subjects: [data] }), plan);
    return { data: shown.data, counts: Object.fromEntries(shown.counts.map((each) => [each.coordinate, each.count])) };
  };

  it.each([
    [
      'an element of a list of non-null objects',
      { records: [good, { amount: '2', must: null }], codes: ['c'] },
      null,
      ['c'],
      [0, 0, 0, 1],
    ],
    [
      'no object',
      { records: [good, good], codes: ['c', 'd'] },
      [
        { amount: '*', must: 'm' },
        { amount: '*', must: 'm' },
      ],
      ['c', 'd'],
      [2, 2, 2, 2],
    ],
    [
      'an element of a list of non-null leaves',
      { records: [good], codes: ['c', null] },
      [{ amount: '*', must: 'm' }],
      null,
      [1, 1, 1, 0],
    ],
    ['a value that its type excludes', { records: [{ amount: '2', must: 7 }], codes: [] }, null, [], [0, 0, 0, 0]],
  ])('%s', (_what, data, records, codes, [objects, amounts, musts, listed]) => {
    expect(counts({ _xinqiao_id: ORGANIZATION, name: 'n', ...data })).toEqual({
      data: { subjects: [{ name: 'n', records, codes }] },
      counts: {
        'Query.subjects': 1,
        'CreditSubject.name': 1,
        'CreditSubject.records': objects,
        'Record.amount': amounts,
        'Record.must': musts,
        'CreditSubject.codes': listed,
      },
    });
  });

  it('in lists of lists, only of the list that it reaches', () => {
    const grid = { fields: [subjects([records([field('Record.must')], 'CreditSubject.grid')])] };
    const data = { subjects: [{ _xinqiao_id: ORGANIZATION, grid: [[{ must: 'a' }], [{ must: 'b' }, { must: null }], null] }] };
    const raw = rawAnswer(`{ subjects { ${ID} grid { must } } }`, data);
    const shown = desensitize(raw, grid);
    expect(shown.data).toEqual({ subjects: [{ grid: [[{ must: 'a' }], null, null] }] });
    expect(shown.counts).toContainEqual(count('CreditSubject.grid', 'REVEAL', 1));
    expect(shown.counts).toContainEqual(count('Record.must', 'REVEAL', 1));
    expect(raw.faults()).toEqual(['subjects.0.grid.1.1.must']);
  });

  it('and the subjects that are not in the answer any more, but not those around them', () => {
    const nested = { fields: [subjects([subjects([leaf('must', reveal)], 'CreditSubject.successor'), leaf('name', reveal)])] };
    const successor = (must: string | null) => ({ _xinqiao_id: PERSON, must });
    const question = `{ subjects { ${ID} successor { ${ID} must } name } }`;
    const one = { _xinqiao_id: ORGANIZATION, name: 'n', successor: successor(null) };
    expect(desensitize(rawAnswer(question, { subjects: [one] }), nested).subjects).toEqual([ORGANIZATION]);
    const two = { ...one, successor: successor('m') };
    expect(desensitize(rawAnswer(question, { subjects: [one, two] }), nested).subjects).toEqual([ORGANIZATION, PERSON]);
  });

  it('a subject without an id among them, which is null with everything in it', () => {
    const raw = rawAnswer(question, { subjects: [{ name: 'n', records: [], codes: [] }] });
    const shown = desensitize(raw, plan);
    expect(shown.data).toEqual({ subjects: [null] });
    expect(shown.counts.every((each) => each.count === 0)).toBe(true);
    expect(raw.faults()).toEqual(['subjects.0._xinqiao_id']);
  });
});
