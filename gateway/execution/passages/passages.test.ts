import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseByteTexts } from '../../byte-text.ts';
import { join } from '../compiled/joined-data.ts';
import { Passage } from './passage.ts';
import { answerOf, anyQuestion, type Asked, CITY_AGAIN, mask, question, reveal, SUBJECTS, withhold } from './passages.fixture.ts';

const field = (name: string, more: Partial<Asked> = {}): Asked => ({
  name,
  treatments: [reveal, reveal],
  isFetched: true,
  ...more,
});
const ISSUER = field('issuer', { fields: [field('name', { treatments: [mask, mask] }), field('level')] });
const LICENSES = field('licenses', { fields: [field('no'), field('amount', { treatments: [mask, reveal] }), ISSUER] });
const ANSWER = {
  licenses: [
    { no: '企-1', amount: '12.50', issuer: { name: '云汀市', level: 2 } },
    { no: '"', amount: null, issuer: null },
  ],
};
const { unread, read, pass, written, recognize } = question([LICENSES]);
const passage = () => (recognize(answerOf(ANSWER)) as { _entities: { licenses: Passage }[] })._entities[0]!.licenses;

test('what passes unread is treated, counted and written like what is read', () => {
  const passed = unread(answerOf(ANSWER));
  expect(written()).toBe(1);
  expect(passed).toEqual(read(answerOf(ANSWER)));
  expect(JSON.parse(passed?.json ?? '')).toEqual({
    subject: {
      licenses: [
        { no: Buffer.from('企-1').toString('latin1'), amount: '*"\\5', issuer: { name: '*"\\9', level: 2 } },
        { no: '"', amount: null, issuer: null },
      ],
    },
  });
});

test('so does whatever a department may answer, to any question, under any treatments, in any order', () => {
  const passed = { recognized: 0, written: 0 };
  const runs = 400;
  fc.assert(
    fc.property(
      fc
        .tuple(anyQuestion, fc.constantFrom(false, false, false, true), fc.constantFrom(...SUBJECTS))
        .chain(([asked, reversed, subject]) => {
          const made = question(asked, { reversed, subject });
          return fc.tuple(fc.constant(made), made.answers());
        }),
      ([{ unread, read, written }, entity]) => {
        const bytes = answerOf(entity);
        const without = unread(bytes);
        if (without === undefined) return;
        passed.recognized++;
        passed.written += written();
        expect(without).toEqual(read(bytes));
        expect(without.faults).toBe(0);
      },
    ),
    { numRuns: runs },
  );
  // Numbers with an exponent are read, and what the response has in another order.
  expect(passed.recognized).toBeGreaterThan(runs / 2);
  expect(passed.written).toBeGreaterThan(runs / 5);
});

test('and whatever becomes of an answer when a byte of it is changed, lost or added', () => {
  const bytes = answerOf({ licenses: [ANSWER.licenses[0]] });
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(2), (at, byte, removed) => {
      const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + removed)]);
      const passed = unread(changed);
      if (passed !== undefined) expect(passed).toEqual(read(changed));
    }),
    { numRuns: 5_000 },
  );
});

test('an answer that ends anywhere before its end is read', () => {
  const bytes = answerOf(ANSWER);
  for (let length = 0; length < bytes.length; length++) expect(unread(bytes.subarray(0, length))).toBeUndefined();
});

test('a line break behind an answer, as Apollo Server writes, makes no difference', () => {
  expect(unread(Buffer.concat([answerOf(ANSWER), Buffer.from('\n')]))).toEqual(read(answerOf(ANSWER)));
});

describe('an answer is read when', () => {
  const entity = JSON.stringify(ANSWER);
  const one = (license: string) => `{"data":{"_entities":[{"licenses":[${license}]}]}}`;
  test.each([
    ['there is room between its members', `{"data": {"_entities":[${entity}]}}`],
    ['it has errors', `{"data":{"_entities":[${entity}]},"errors":[]}`],
    ['its errors come first', `{"errors":[],"data":{"_entities":[${entity}]}}`],
    ['it has extensions', `{"data":{"_entities":[${entity}]},"extensions":{}}`],
    ['something follows it', `{"data":{"_entities":[${entity}]}}\n{}`],
    ['it has a field that was not asked for', one('{"no":"1","secret":"x","amount":null,"issuer":null}')],
    ['it says its type unasked', one('{"__typename":"License","no":"1","amount":null,"issuer":null}')],
    ['a field is missing', one('{"no":"1","issuer":null}')],
    ['a field comes twice', one('{"no":"1","no":"2","amount":null,"issuer":null}')],
    ['its fields are in another order', one('{"amount":null,"no":"1","issuer":null}')],
    ['a name is written with escapes', one('{"\\u006eo":"1","amount":null,"issuer":null}')],
    ['a text is written with escapes by number', one('{"no":"\\u4f01","amount":null,"issuer":null}')],
    ['a text has a control character', one('{"no":"\u0001","amount":null,"issuer":null}')],
    ['a text has an escape that there is not', one('{"no":"\\x","amount":null,"issuer":null}')],
    ['what must not be null is', one('{"no":null,"amount":null,"issuer":null}')],
    ['an element that must not be null is', one('null')],
    ['a value is of another type', one('{"no":1,"amount":null,"issuer":null}')],
    ['an object stands for a scalar', one('{"no":"1","amount":{"raw":"x"},"issuer":null}')],
    ['a list stands for an object', one('{"no":"1","amount":null,"issuer":[]}')],
    ['an Int has more than 32 bits', one('{"no":"1","amount":null,"issuer":{"name":null,"level":2147483648}}')],
    ['an Int is a fraction', one('{"no":"1","amount":null,"issuer":{"name":null,"level":1.5}}')],
    ['a number begins with zero', one('{"no":"1","amount":01,"issuer":null}')],
    ['a number is zero below zero', one('{"no":"1","amount":-0.0,"issuer":null}')],
    ['a number has an exponent', one('{"no":"1","amount":1e999,"issuer":null}')],
  ])('%s', (_, text) => {
    expect(unread(Buffer.from(text))).toBeUndefined();
  });

  test('it is not UTF-8', () => {
    expect(unread(Buffer.from(one('{"no":"\u00ff","amount":null,"issuer":null}'), 'latin1'))).toBeUndefined();
  });

  test('it is of a type that must be told', () => {
    const bytes = Buffer.from('{"data":{"_entities":[{"parties":null}]}}');
    expect(question([field('parties', { fields: [field('name')] })]).unread(bytes)).toBeUndefined();
  });
});

describe('a recognized passage', () => {
  const profile = (...fields: Asked[]) => field('profile', { fields });

  test('has null for fields that nobody was asked for, before and behind those that somebody was', () => {
    const hidden = (name: string) => field(name, { treatments: [withhold, withhold], isFetched: false });
    const asked = profile(hidden('ref'), hidden('open'), field('no'), hidden('amount'), field('count'), hidden('rate'));
    const { unread, read, written } = question([asked]);
    const bytes = answerOf({ profile: { no: '1', count: 2 } });
    expect(unread(bytes)?.json).toBe(
      '{"subject":{"profile":{"ref":null,"open":null,"no":"1","amount":null,"count":2,"rate":null}}}',
    );
    expect(written()).toBe(1);
    expect(unread(bytes)).toEqual(read(bytes));
  });

  test('has the names that the client gives its fields', () => {
    const asked = profile(
      field('no', { alias: 'a' }),
      { ...ISSUER, alias: 'b' },
      field('rate', { alias: 'c', treatments: [mask, mask] }),
    );
    const { unread, read, written } = question([asked]);
    const bytes = answerOf({ profile: { _q1: '1', _q2: { name: null, level: 3 }, _q3: 0.5 } });
    expect(unread(bytes)?.json).toBe('{"subject":{"profile":{"a":"1","b":{"name":null,"level":3},"c":"*"}}}');
    expect(written()).toBe(1);
    expect(unread(bytes)).toEqual(read(bytes));
  });

  test('is read after all where the response has its fields in another order', () => {
    const { unread, read, written } = question([profile(field('no'), field('count'))], { reversed: true });
    const bytes = answerOf({ profile: { count: 2, no: '1' } });
    expect(unread(bytes)).toEqual(read(bytes));
    expect(written()).toBe(0);
  });

  test('is read after all where it was recognized by a schema that was replaced since', () => {
    const { unread, read, written } = question([LICENSES], { recognizedIn: CITY_AGAIN });
    expect(unread(answerOf(ANSWER))).toEqual(read(answerOf(ANSWER)));
    expect(written()).toBe(0);
  });

  test('is read after all where another department knows something of it, too', () => {
    const more = () => [{ count: 1 }, { count: 2 }];
    const both = [
      { ...ANSWER.licenses[0], count: 1 },
      { ...ANSWER.licenses[1], count: 2 },
    ];
    const inBytes = parseByteTexts(Buffer.from(JSON.stringify(both)));
    for (const [first, second] of [
      [passage(), more()],
      [more(), passage()],
      [passage(), more()],
    ] as const) {
      const known = { licenses: first as unknown };
      join(known, { licenses: second }, new Set());
      expect(known.licenses).toEqual(inBytes);
    }
    expect(passage().value()).toEqual(parseByteTexts(Buffer.from(JSON.stringify(ANSWER.licenses))));
  });

  test('of which the marks lead elsewhere is not passed on', () => {
    const { form, answer, ...place } = passage();
    const wrong = { ...answer, marks: [...answer.marks.slice(0, -1), (answer.marks.at(-1) ?? 0) - 1] };
    expect(pass({ licenses: passage() })).toEqual(read(answerOf(ANSWER)));
    expect(() => pass({ licenses: new Passage(form, wrong, place) })).toThrow('not passed on to its end');
  });

  test('is read after all where it holds a subject of its own', () => {
    const asked = field('other', { fields: [field('score')] });
    const { unread, read, written } = question([{ ...asked, isSubject: true }]);
    const bytes = answerOf({ other: { score: 1 } });
    expect(unread(bytes)).toEqual(read(bytes));
    expect(written()).toBe(0);
  });

  test('is read after all where some of it is fetched for the record alone, which is not shown', () => {
    const hidden = { ...field('score'), isHidden: true };
    const { unread, read, written } = question([field('other', { fields: [hidden] })]);
    const bytes = answerOf({ other: { score: 1 } });
    expect(unread(bytes)).toEqual(read(bytes));
    expect(read(bytes).json).toBe('{"subject":{"other":{}}}');
    expect(written()).toBe(0);
  });
});

test('an answer about several subjects has a passage for each, and nothing for those that are not known', () => {
  expect(unread(Buffer.from('{"data":{"_entities":[null]}}'))?.json).toBe('{"subject":{"licenses":null}}');
  expect(unread(Buffer.from('{"data":{"_entities":[]}}'))?.json).toBe('{"subject":{"licenses":null}}');
  const one = '{"licenses":[]}';
  expect(unread(Buffer.from(`{"data":{"_entities":[${one},null,${one}]}}`))?.json).toBe('{"subject":{"licenses":[]}}');
});
