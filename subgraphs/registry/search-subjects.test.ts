import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { registry } from './department.ts';
import { lengthOf } from './search-subjects.ts';

const COMPANY = madeUpId('company');
const REGISTRY = { ...CALLERS.clerk, department: 'registry' } as const;
let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(registry, db);
  const subject = (subject_id: string, name: string, kind = 'ENTERPRISE_LEGAL_PERSON') => ({
    subject_id,
    name,
    kind,
    unified_social_credit_code: subject_id,
  });
  await insert(db, 'registry.subject', [
    subject(COMPANY, '云汀泰山（集团）有限公司'),
    subject(madeUpId('shop', 'p'), '云汀泰山小吃店', 'INDIVIDUAL_BUSINESS'),
    subject(madeUpId('old'), '泰山旧厂'),
    ...Array.from({ length: 5 }, (_, index) => subject(madeUpId(`same${index}`), '同名贸易公司')),
    ...[2, 0, 1].map((index) => subject(madeUpId(`twin${index}`, 'p'), '同名小店', 'INDIVIDUAL_BUSINESS')),
    subject(madeUpId('branch'), '同名小店一分店'),
    subject(madeUpId('first', 'p'), '乙丙丁', 'INDIVIDUAL_BUSINESS'),
    subject(madeUpId('second', 'p'), '甲丙丁', 'INDIVIDUAL_BUSINESS'),
    subject(madeUpId('percent'), '百分之%_\\公司'),
    subject(madeUpId('latin'), 'K1T\u200b 公司'),
  ]);
  await insert(db, 'registry.officer', [
    { subject_id: COMPANY, role: 'DIRECTOR', name: '欧阳一', person_id: madeUpId('person', 'p') },
  ]);
});
afterAll(() => db.close());

const search = async (caller: Parameters<typeof department.ask>[0], args: Record<string, unknown>) => {
  const { data, errors } = await department.ask(
    caller,
    'query ($name: String!, $first: Int, $after: String) { searchSubjects(name: $name, first: $first, after: $after) { edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }',
    args,
  );
  return errors
    ? { code: errors[0]?.extensions?.['code'] }
    : (data?.['searchSubjects'] as {
        edges: { cursor: string; node: { id: string; name: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      });
};
const names = async (...args: Parameters<typeof search>) => {
  const found = await search(...args);
  return 'edges' in found ? found.edges.map(({ node }) => node.name) : found;
};

test.each([
  ['the public', CALLERS.public, ['云汀泰山（集团）有限公司', '泰山旧厂']],
  ['a bank', CALLERS.bank, ['云汀泰山（集团）有限公司', '泰山旧厂']],
  ['a department', CALLERS.clerk, ['云汀泰山（集团）有限公司', '泰山旧厂']],
  ['the credit office', CALLERS.office, ['云汀泰山（集团）有限公司', '泰山旧厂']],
  ['an auditor', CALLERS.auditor, ['云汀泰山（集团）有限公司', '泰山旧厂']],
  ['the registry', REGISTRY, ['云汀泰山（集团）有限公司', '泰山旧厂', '云汀泰山小吃店']],
])('finds organisations for %s by a part of the name, sole proprietors only for the registry', async (_, caller, expected) => {
  expect(await names(caller, { name: '泰山' })).toEqual(expected);
});

test.each([
  ['the public', CALLERS.public, 0],
  ['a bank', CALLERS.bank, 0],
  ['a department', CALLERS.clerk, 1],
  ['the credit office', CALLERS.office, 1],
  ['an auditor', CALLERS.auditor, 1],
  ['the registry', REGISTRY, 1],
])('finds a sole proprietor for %s by its whole name only where it may be found', async (_, caller, count) => {
  expect(await names(caller, { name: ' 云汀泰山小吃店' })).toHaveLength(count);
  expect(await names(caller, { name: '云汀泰山小吃' })).toHaveLength(caller === REGISTRY ? 1 : 0);
});

test('orders sole proprietors by id, after the organisations, and pages over both', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const found = await search(CALLERS.clerk, { name: '同名小店', first: 2, after });
    if (!('edges' in found)) throw new Error(found.code as string);
    seen.push(...found.edges.map(({ node }) => node.id));
    after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual([madeUpId('branch'), ...[0, 1, 2].map((index) => madeUpId(`twin${index}`, 'p'))]);
  const found = await search(REGISTRY, { name: '丙丁' });
  expect('edges' in found && found.edges.map(({ node }) => node.name)).toEqual(['乙丙丁', '甲丙丁']);
});

test.each([
  ['half-width brackets and spaces', '泰山 (集团)', ['云汀泰山（集团）有限公司']],
  ['characters nobody sees', '泰\u0085山\u200b\u3000（集团\u00ad', ['云汀泰山（集团）有限公司']],
  ['full-width letters', 'Ｋ１ｔ', ['K1T\u200b 公司']],
  ['characters that are patterns elsewhere', '%_\\', ['百分之%_\\公司']],
  ['the name of a natural person', '欧阳一', []],
  ['pieces that do not stand together', '云汀旧厂', []],
])('finds by %s', async (_, name, expected) => {
  expect(await names(CALLERS.public, { name })).toEqual(expected);
});

test('pages through companies of the same name without losing or repeating one, and no cursor tells whom it stands for', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 3; page += 1) {
    const found = await search(CALLERS.public, { name: '同名贸易', first: 2, after });
    if (!('edges' in found)) throw new Error(found.code as string);
    expect(department.statements).toHaveLength(2);
    expect(found.pageInfo.hasNextPage).toBe(page < 2);
    for (const { cursor, node } of found.edges) {
      const told = `${cursor} ${Buffer.from(cursor, 'base64url').toString('latin1')}`;
      for (const text of [node.id, node.name, '同名']) expect(told).not.toContain(text);
      seen.push(node.id);
    }
    after = found.pageInfo.endCursor;
  }
  expect(new Set(seen).size).toBe(5);
});

test.each([
  ['renamed to what comes first', "update registry.subject set name = '按页检索甲' where subject_id = $1"],
  ['renamed to what comes last', "update registry.subject set name = '按页检索公司ｚｚ' where subject_id = $1"],
  ['renamed to what is not looked for', "update registry.subject set name = '不再检索' where subject_id = $1"],
  ['gone', 'delete from registry.subject where subject_id = $1'],
])('goes on after the last company of a page when it is %s before the next page is read', async (_, change) => {
  const paged = [1, 2, 3, 4].map((number) => madeUpId(`paged${number}`));
  await db.query('delete from registry.subject where subject_id = any($1)', [paged]);
  await insert(
    db,
    'registry.subject',
    paged.map((subject_id, index) => ({
      subject_id,
      name: `按页检索公司${index}`,
      kind: 'ENTERPRISE_LEGAL_PERSON',
      unified_social_credit_code: subject_id,
    })),
  );
  const found = await search(CALLERS.public, { name: '按页检索', first: 2 });
  await db.query(change, [paged[1] ?? '']);
  const after = 'edges' in found ? found.pageInfo.endCursor : null;
  expect(((await names(CALLERS.public, { name: '按页检索', after })) as string[]).slice(0, 2)).toEqual([
    '按页检索公司2',
    '按页检索公司3',
  ]);
});

test.each([
  ['one character', { name: '泰' }],
  ['one character and spaces', { name: ' 泰 ' }],
  ['one character and a next line (U+0085)', { name: '泰\u0085' }],
  ['one character and a zero-width space', { name: '泰\u200b' }],
  ['one character and an ideographic space', { name: '泰\u3000' }],
  ['one full-width character', { name: 'Ａ' }],
  ['next lines alone', { name: '\u0085\u0085' }],
  ['zero-width spaces alone', { name: '\u200b\u200b\ufeff' }],
  ['ideographic spaces alone', { name: '\u3000\u3000' }],
  ['nothing', { name: '' }],
  ['a very long name', { name: '泰'.repeat(101) }],
  ['a NUL', { name: '泰山\0' }],
  ['a cursor that is none', { name: '泰山', after: "' or 1=1" }],
  ['the id of somebody for a cursor', { name: '泰山', after: COMPANY }],
  ['a page of 101', { name: '泰山', first: 101 }],
])('refuses %s', async (_, args) => {
  expect(await search(CALLERS.public, args)).toEqual({ code: 'INPUT_INVALID' });
});

test('a cursor is the same whenever the search is asked again, and of no use for another name or to who finds others', async () => {
  const cursorFor = async (caller: typeof CALLERS.clerk | typeof REGISTRY, args: object) => {
    const found = await search(caller, { name: '同名小店', first: 2, ...args });
    return 'edges' in found ? found.pageInfo.endCursor : null;
  };
  const after = await cursorFor(CALLERS.clerk, {});
  expect(await cursorFor(CALLERS.clerk, {})).toBe(after);
  expect(await search(CALLERS.clerk, { name: '同名小店', after })).toHaveProperty('edges');
  expect(await search(CALLERS.office, { name: '同名小店', after })).toHaveProperty('edges');
  for (const [caller, name] of [
    [CALLERS.clerk, '同名贸易'],
    [REGISTRY, '同名小店'],
    [CALLERS.public, '同名小店'],
    [CALLERS.bank, '同名小店'],
  ] as const)
    expect(await search(caller, { name, after })).toEqual({ code: 'INPUT_INVALID' });
});

test('is no part of a SELF_QUERY', async () => {
  expect(await search(self(COMPANY), { name: '泰山' })).toEqual({ code: 'SUBJECT_FORBIDDEN' });
});

test('counts of every character as many as the search looks for', async () => {
  const lengths = Array.from({ length: 0x2_ffff }, (_, index) =>
    isSurrogate(index + 1) ? -1 : lengthOf(String.fromCodePoint(index + 1)),
  );
  const { rows } = await db.query(
    `select to_hex(place) as character, length, char_length(registry.search_key(chr(place::int))) as key
     from unnest($1::int[]) with ordinality as counted(length, place)
     where length >= 0 and length <> char_length(registry.search_key(chr(place::int)))`,
    [lengths],
  );
  expect(rows).toEqual([]);
});

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}
