import { assertObjectType } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUPERGRAPH_SDL } from '../../policies/policies.fixture.ts';
import type { CurrentSchema } from './edition.ts';
import type { EditionReport } from './editions.ts';
import { CAPITAL_WITHHELD, NOW, reloadableCity, supergraphWith, WITH_MOTTO } from './reloadable-city.fixture.ts';

let city: Awaited<ReturnType<typeof reloadableCity>>;
beforeEach(async () => {
  city = await reloadableCity();
});
afterEach(() => city.close());

const fieldsOf = ({ apiSchema }: CurrentSchema) => Object.keys(assertObjectType(apiSchema.getType('Registration')).getFields());
const decides = (coordinate: string) =>
  city.editions
    .current()
    .policy.decide({ purpose: 'PUBLIC_QUERY', actor: 'PUBLIC', own: false, person: false, coordinate }, '2026-06-01').treatment;

test('what did not change stays the same edition', () => {
  const before = city.editions.current();
  expect(city.editions.reload()).toMatchObject([{ what: 'policies', loaded: true, changed: false, at: NOW }]);
  expect(city.editions.current()).toBe(before);
});

test('a supergraph with another field is queried, decided and announced at once', () => {
  const { editions, writeSupergraph } = city;
  const announced: CurrentSchema[] = [];
  const stop = editions.onSchema((schema) => announced.push(schema));
  const before = editions.current();
  writeSupergraph(WITH_MOTTO);
  expect(editions.reload()).toMatchObject([
    { what: 'supergraph', loaded: true, changed: true },
    { what: 'policies', loaded: true, changed: true, hash: editions.current().policy.hash },
  ]);
  expect(fieldsOf(before.schema)).not.toContain('motto');
  expect(fieldsOf(editions.schema)).toContain('motto');
  expect(decides('Registration.motto')).toBe('REVEAL');
  expect(announced).toEqual([editions.schema]);
  stop();
  writeSupergraph(SUPERGRAPH_SDL);
  editions.reload();
  expect(announced).toHaveLength(1);
  expect(editions.current().policy.hash).toBe(before.policy.hash);
});

test('a policy alone keeps the schema, and with it what is planned against it', () => {
  const { editions, writePolicy } = city;
  const before = editions.current();
  const announced: CurrentSchema[] = [];
  editions.onSchema((schema) => announced.push(schema));
  writePolicy(CAPITAL_WITHHELD);
  expect(editions.reload()).toMatchObject([{ what: 'policies', changed: true }]);
  expect(decides('Registration.registeredCapital')).toBe('WITHHOLD');
  expect(editions.current()).toMatchObject({ schema: before.schema, execution: before.execution });
  expect(announced).toEqual([]);
});

test('a document validated against an older schema is answered by the last edition of that schema', () => {
  const { editions, writePolicy, writeSupergraph } = city;
  const first = editions.current();
  writePolicy(CAPITAL_WITHHELD);
  editions.reload();
  const second = editions.current();
  writeSupergraph(WITH_MOTTO);
  editions.reload();
  expect(second).not.toBe(first);
  expect(editions.of(first.schema.apiSchema)).toBe(second);
  expect(editions.of(editions.schema.apiSchema)).toBe(editions.current());
});

describe('a supergraph is refused, and everything stays, when', () => {
  const POLICY_FIELD = '  officers(';
  test.each([
    ['it is no GraphQL', 'type Query {', /Syntax Error/],
    ['it is no supergraph', 'type Query { x: Int }', /./],
    [
      'it names a department that nobody can reach',
      supergraphWith('name: "tax"', 'name: "revenue"'),
      /department revenue, which has no address/,
    ],
    [
      'a field is not classified',
      supergraphWith('  registeredCapital: Money', '  motto: String\n  registeredCapital: Money'),
      /Registration\.motto carries no @classified/,
    ],
    [
      'the policies name a field that it lacks',
      supergraphWith(POLICY_FIELD, '  managers('),
      /the schema has no Registration\.officers/,
    ],
  ])('%s', (_, sdl, sentence) => {
    const { editions, writeSupergraph } = city;
    const before = editions.current();
    writeSupergraph(sdl);
    const [report, policies] = editions.reload();
    expect(report).toMatchObject({ what: 'supergraph', loaded: false, changed: false });
    expect(report?.faults.map(({ message }) => message).join('\n')).toMatch(sentence);
    expect(policies).toMatchObject({ what: 'policies', loaded: true, changed: false });
    expect(editions.current()).toBe(before);
    expect(editions.schema).toBe(before.schema);
    writeSupergraph(WITH_MOTTO);
    expect(editions.reload()).toMatchObject([{ what: 'supergraph', loaded: true }, { what: 'policies' }]);
  });
});

test('a supergraph and the policies that fit it take effect together, whichever file arrives first', () => {
  const { editions, writePolicy, writeSupergraph } = city;
  writePolicy(CAPITAL_WITHHELD.replaceAll('registeredCapital', 'motto'));
  expect(editions.reload()).toMatchObject([{ what: 'policies', loaded: false }]);
  writeSupergraph(WITH_MOTTO);
  expect(editions.reload()).toMatchObject([
    { what: 'supergraph', loaded: true },
    { what: 'policies', loaded: true, changed: true },
  ]);
  expect(decides('Registration.motto')).toBe('WITHHOLD');
  writeSupergraph(SUPERGRAPH_SDL);
  expect(editions.reload()).toMatchObject([
    { what: 'supergraph', loaded: false },
    { what: 'policies', loaded: true },
  ]);
  writePolicy('');
  expect(editions.reload()).toMatchObject([
    { what: 'supergraph', loaded: true },
    { what: 'policies', changed: true },
  ]);
});

test('either file is watched: what changes is reported once, what is bad says why', async () => {
  const { editions, writePolicy, writeSupergraph } = city;
  const reports: EditionReport[] = [];
  let heard: () => void = () => {};
  const watching = editions.watch((report) => {
    reports.push(report);
    heard();
  });
  const next = (change: () => void) =>
    new Promise<void>((resolve) => {
      heard = resolve;
      change();
    });
  await next(() => writePolicy('\n  - this is: [not a rule'));
  await next(() => writePolicy(CAPITAL_WITHHELD));
  await next(() => writeSupergraph('type Query {'));
  await next(() => writeSupergraph(WITH_MOTTO));
  watching.close();
  expect(reports.map(({ what, loaded, faults }) => [what, loaded, faults.length > 0])).toEqual([
    ['policies', false, true],
    ['policies', true, false],
    ['supergraph', false, true],
    ['supergraph', true, false],
    ['policies', true, false],
  ]);
});
