import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../database/db.ts';
import { subjectId } from '../schema/identifiers/subject-id.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { importRows, NOW, SUBJECT_KEY } from '../test/support/import-rows.ts';
import { CALLERS, self, testSubgraph } from './kit/test-subgraph.ts';
import { penalties } from './penalties/department.ts';
import { registry } from './registry/department.ts';
import { IMPORT_CATEGORIES } from './import-categories.ts';
import { importFile } from './kit/import/import-file.ts';
import { templateCsv, templateNotes } from './kit/import/template.ts';

const USCC = '91999900MA285UXT4W';
const CITIZEN = '11010519491231002X';
const isLong = (maxLength: number) => maxLength > 400;
const idOf = (value: string) => subjectId(SUBJECT_KEY, { type: 'USCC', value });

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

describe.each(IMPORT_CATEGORIES)('$name', (category) => {
  const take = (csv: string) => {
    const source = { bytes: once(Buffer.from(csv)), name: 'template.csv' };
    return importFile({ db, category, source, officer: 'x', subjectKey: SUBJECT_KEY, clock: () => NOW });
  };

  test('takes its own template in once it was filled, unchanged the second time', async () => {
    const filled = templateCsv(category).replaceAll('示例', '青禾');
    expect(await take(filled)).toMatchObject({ accepted: 1, rejected: 0, reasons: {} });
    expect(await take(filled)).toMatchObject({ accepted: 0, unchanged: 1 });
  });

  test('rejects the example of its template, which nobody deleted', async () => {
    expect(await take(templateCsv(category))).toMatchObject({ accepted: 0, rejected: 1, reasons: { EXAMPLE_ROW: 1 } });
  });

  test('keeps no number of a person that its long texts quote', async () => {
    const columns = category.layouts[0]?.columns.filter(({ example, maxLength }) => example !== '' || isLong(maxLength)) ?? [];
    const row = columns.map(({ headers: [header = ''], example, maxLength }) => [
      header,
      isLong(maxLength) ? `身份证号：${CITIZEN}` : example.replaceAll('示例', '引文'),
    ]);
    const warned = columns.some(({ maxLength }) => isLong(maxLength)) ? 1 : 0;
    expect(await importRows(db, category.name, [Object.fromEntries(row)])).toMatchObject({ rejected: 0, warned });
    for (const table of category.tables) {
      const { rows } = await db.query(`select t::text from ${table.name} as t`);
      expect(JSON.stringify(rows)).not.toContain(CITIZEN);
    }
  });

  test('explains every column of its template', () => {
    for (const { headers } of category.layouts[0]?.columns ?? []) expect(templateNotes(category)).toContain(`| ${headers[0]} |`);
  });

  test('writes to tables of its department, with all the columns they have', async () => {
    for (const table of category.tables) {
      const { rows } = await db.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
        [table.name],
      );
      const provenance = [
        'subject_id',
        'department',
        'responsible_officer',
        'batch_id',
        'line',
        'received_at',
        'content_hash',
        'version',
      ];
      expect(rows.map(({ name }) => name).sort()).toEqual([...table.columns.map(({ name }) => name), ...provenance].sort());
      expect(table.name.split('.')[0]).toBe(category.schema);
    }
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

describe('registrations', () => {
  const REGISTRATION = {
    统一社会信用代码: USCC,
    名称: '云汀市示例有限公司',
    登记状态: '存续（在营、开业）',
    '注册资本（万元）': '188.5',
  };

  test('keep former names, and both ways of telling a succession', async () => {
    const successor = '91999900MATT16XWXQ';
    const summary = await importRows(db, 'registrations', [
      {
        ...REGISTRATION,
        曾用名: '旧名甲；旧名乙',
        承继主体统一社会信用代码: successor,
        承继方式: '合并',
        承继日期: '2024/05/01',
      },
      { ...REGISTRATION, 统一社会信用代码: '91999900MAX9QURHX7', 名称: '个转企之后', 前身统一社会信用代码: '92999900MAQ5DHQQ4H' },
    ]);
    expect(summary).toMatchObject({ accepted: 2 });
    const names = await db.query('select name from registry.previous_name where subject_id = $1 order by name collate "C"', [
      idOf(USCC),
    ]);
    expect(names.rows.map(({ name }) => name)).toEqual(['旧名乙', '旧名甲'].sort());
    const { rows } = await db.query('select subject_id, successor_id, kind, succeeded_on from registry.succession order by kind');
    expect(rows).toEqual([
      {
        subject_id: idOf('92999900MAQ5DHQQ4H'),
        successor_id: idOf('91999900MAX9QURHX7'),
        kind: 'CONVERSION',
        succeeded_on: null,
      },
      { subject_id: idOf(USCC), successor_id: idOf(successor), kind: 'MERGER', succeeded_on: '2024-05-01' },
    ]);
    const subject = await db.query('select status, registered_capital_fen from registry.subject where subject_id = $1', [
      idOf(USCC),
    ]);
    expect(subject.rows).toEqual([{ status: 'IN_OPERATION', registered_capital_fen: 188_500_000n }]);
  });

  test.each([
    ['91999900MA285UXT4W', { 企业类型: '有限责任公司分公司' }, 'UNINCORPORATED_ORGANIZATION'],
    ['91999900MA285UXT4W', {}, 'ENTERPRISE_LEGAL_PERSON'],
    ['92999900MAQ5DHQQ4H', { 主体类型: '企业法人' }, 'INDIVIDUAL_BUSINESS'],
    ['11999900MAR39UK749', {}, 'NON_ENTERPRISE_LEGAL_PERSON'],
  ])('tell the kind of %s with %o: %s', async (code, changes, kind) => {
    await importRows(db, 'registrations', [{ ...REGISTRATION, ...changes, 统一社会信用代码: code }]);
    const { rows } = await db.query('select kind from registry.subject where subject_id = $1', [idOf(code)]);
    expect(rows).toEqual([{ kind }]);
  });
});

test('what officials wrote where nothing fits the column is taken in and served as it is', async () => {
  const filed = { 电子邮箱: '无', 联系电话: '0538-1234567 ext 8', 住所: '云汀市东篱区\n一街1号', 法定代表人: '张'.repeat(101) };
  const row = { 统一社会信用代码: USCC, 名称: '云汀市示例有限公司', 登记状态: '存续', ...filed };
  expect(await importRows(db, 'registrations', [row])).toMatchObject({ accepted: 1 });
  const { data, errors } = await testSubgraph(registry, db).ask(
    CALLERS.auditor,
    `{ subject(by: { id: "${idOf(USCC)}" }) { registration { email contactPhone registeredAddress legalRepresentativeName } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data?.['subject']).toEqual({
    registration: {
      email: filed.电子邮箱,
      contactPhone: filed.联系电话,
      registeredAddress: filed.住所,
      legalRepresentativeName: filed.法定代表人,
    },
  });
});

test('officers who are minors are refused, by number or by date of birth', async () => {
  const officer = { 统一社会信用代码: USCC, 职务: '股东', 姓名: '某某' };
  const { reasons } = await importRows(db, 'officers', [
    { ...officer, 出生日期: '2015/01/01' },
    { ...officer, 出生日期: '1990/01/01', '持股比例（%）': '101' },
  ]);
  expect(reasons).toEqual({ MINOR: 1, NUMBER_FORMAT: 1 });
});

test('penalties with the provincial columns keep the outcome apart, so that the ordinary file sent again undoes no repair', async () => {
  const columns = IMPORT_CATEGORIES.find(({ name }) => name === 'penalties')?.layouts[0]?.columns ?? [];
  const ordinary = Object.fromEntries(
    columns.filter(({ example }) => example).map(({ headers, example }) => [headers[0] ?? '', example]),
  );
  const row = { ...ordinary, 行政处罚决定书文号: '修复一号' };
  await importRows(db, 'penalties', [
    { ...row, 案件程序类别: '01', 修复状态: '已修复', 修复日期: '2025/01/01', 承办人: '甲、乙' },
  ]);
  await importRows(db, 'penalties', [row]);
  const outcome = await db.query('select repaired_on, withdrawn_on from penalties.outcome');
  expect(outcome.rows).toEqual([{ repaired_on: '2025-01-01', withdrawn_on: null }]);
  const { rows } = await db.query(
    "select categories, fine_fen, status from penalties.penalty where decision_document_no = '修复一号'",
  );
  expect(rows).toEqual([{ categories: ['FINE'], fine_fen: 500_000n, status: null }]);
  expect(await importRows(db, 'penalties', [{ ...row, 处罚类别: '罚款;没收违法所得' }])).toMatchObject({
    reasons: { REQUIRED_WHEN: 1 },
  });
});

describe('a penalty', () => {
  const columns = IMPORT_CATEGORIES.find(({ name }) => name === 'penalties')?.layouts[0]?.columns ?? [];
  const filled = columns.flatMap(({ headers, example, field }) =>
    example && field !== 'publicity_end_date' ? [[headers[0] ?? '', example]] : [],
  );
  const row = { ...Object.fromEntries(filled), 处罚决定日期: '2026/05/02', 处罚有效期: '2027/05/02' } as Record<string, string>;
  const seenBy = async (caller: typeof CALLERS.public | ReturnType<typeof self>) =>
    JSON.stringify(
      await testSubgraph(penalties, db, () => NOW).entities(caller, [idOf(USCC)], 'penalties { decisionDocumentNo }'),
    );

  test.each([
    [{ 公示状态: '不予公示' }, { 公示状态: '公示中' }],
    [{ 公示状态: '公示期满' }, { 公示状态: '公示中' }],
    [{ 公示状态: '撤销' }, { 公示状态: '公示中' }],
    [{ 撤销日期: '2026/06/01' }, { 公示状态: '公示中' }],
    [
      { 修复状态: '已修复', 修复日期: '2026/09/01' },
      { 修复状态: '未修复', 修复日期: '2026/09/01' },
    ],
  ])('that its file calls %o is shown to its subject and not to the public until a file says %o', async (said, denied) => {
    const no = `一${Object.values(said).join('')}`;
    const send = (more: Record<string, string>) => importRows(db, 'penalties', [{ ...row, 行政处罚决定书文号: no, ...more }]);
    await send(said);
    expect(await seenBy(self(idOf(USCC)))).toContain(no);
    for (const silent of [said, {}, { 修复状态: '' }, { 撤销原因: '其他' }]) {
      await send(silent);
      expect(await seenBy(CALLERS.public)).not.toContain(no);
    }
    await send(denied);
    expect(await seenBy(CALLERS.public)).toContain(no);
    await send({});
    expect(await seenBy(CALLERS.public)).toContain(no);
  });

  test('of which two rows far apart in a file tell different outcomes is changed by that file once', async () => {
    const [first, last] = [{ 修复状态: '未修复' }, { 修复状态: '已修复', 修复日期: '2026/09/01' }];
    const rows = Array.from({ length: 2_001 }, (_, index) => ({ ...row, 行政处罚决定书文号: `四${index}`, ...first }));
    const file = [...rows, { ...row, 行政处罚决定书文号: '四0', ...last }];
    expect(await importRows(db, 'penalties', file)).toMatchObject({ accepted: 2_002, unchanged: 0, warned: 1 });
    expect(await importRows(db, 'penalties', file)).toMatchObject({ accepted: 0, unchanged: 2_002, warned: 1 });
  });

  test('that was withdrawn is not published again by a repair that is denied', async () => {
    const send = (more: Record<string, string>) => importRows(db, 'penalties', [{ ...row, 行政处罚决定书文号: '三', ...more }]);
    for (const said of [{ 撤销日期: '2026/06/01' }, { 修复状态: '已修复', 修复日期: '2026/09/01' }, { 修复状态: '未修复' }]) {
      await send(said);
      expect(await seenBy(CALLERS.public)).not.toContain('三');
    }
  });

  test('that was withdrawn, on whatever day, is not published again by the ordinary file sent again', async () => {
    const withdrawn = { ...row, 行政处罚决定书文号: '二撤销' };
    await importRows(db, 'penalties', [{ ...withdrawn, 公示状态: '撤销' }]);
    expect(await importRows(db, 'penalties', [{ ...withdrawn, 公示状态: '撤销' }])).toMatchObject({ unchanged: 1 });
    expect(await importRows(db, 'penalties', [withdrawn])).toMatchObject({ accepted: 1 });
    expect(await seenBy(CALLERS.public)).not.toContain('二撤销');
  });
});

test('docs/import-templates.md explains every template as the command prints it', async () => {
  const page = await readFile(new URL('../docs/import-templates.md', import.meta.url), 'utf8');
  for (const category of IMPORT_CATEGORIES) expect(page).toContain(templateNotes(category));
});
