import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../../database/db.ts';
import { subjectId } from '../../../schema/identifiers/subject-id.ts';
import { usccCheckCharacter } from '../../../schema/identifiers/uscc.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { importRows, NOW, SUBJECT_KEY } from '../../../test/support/import-rows.ts';
import { settleWaiting } from '../../settle-waiting.ts';

const USCC = '91999900MA285UXT4W';
const OTHER_USCC = '91999900MATT16XWXQ';
const OLD_NUMBER = '999900167638770';
const PROPRIETOR = `92370100MA3C0A0A1${usccCheckCharacter('92370100MA3C0A0A1')}`;
const LICENCE = {
  行政相对人名称: '云汀市示例有限公司',
  行政相对人类别: '法人及非法人组织',
  '行政相对人代码_1(统一社会信用代码)': USCC,
  法定代表人: '龘娜明',
  行政许可决定文书名称: '准予行政许可决定书',
  行政许可决定文书号: '云审许字〔2024〕第0001号',
  许可类别: '普通',
  许可内容: '内容',
  许可决定日期: '2024/01/22',
  有效期自: '2024/01/22',
  有效期至: '2099/12/31',
  许可机关: '云汀市行政审批服务局',
  许可机关统一社会信用代码: '11999900MAR39UK749',
  当前状态: '1',
  数据来源单位: '云汀市行政审批服务局',
  数据来源单位统一社会信用代码: '11999900MAR39UK749',
};
const OLD_LICENCE = { ...LICENCE, '行政相对人代码_1(统一社会信用代码)': '', '行政相对人代码_2(工商注册号)': OLD_NUMBER };
const REGISTRATION = { 统一社会信用代码: USCC, 名称: '云汀市示例有限公司', 登记状态: '存续' };
const PERSON = { ...LICENCE, 行政相对人类别: '自然人', '行政相对人代码_1(统一社会信用代码)': '', 证件类型: '身份证' };

let db: Db;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  const tables = ['license', 'license_version', 'unmatched', 'batch'].map((table) => `delete from licensing.${table};`);
  const registry = ['subject', 'identifier', 'previous_name', 'succession', 'officer'].map(
    (table) => `delete from registry.${table};`,
  );
  await db.exec([...tables, ...registry].join(' '));
});

async function licences(): Promise<Record<string, unknown>[]> {
  const { rows } = await db.query(
    'select subject_id, content, valid_to, valid_indefinitely, version, line, responsible_officer, batch_id from licensing.license order by line',
  );
  return rows;
}

describe('a record', () => {
  test('keeps where it came from, and has no end where the file says 2099/12/31', async () => {
    await importRows(db, 'licenses', [LICENCE, { ...LICENCE, 行政许可决定文书号: '二', 经办人: '李四' }], {
      newBatchId: () => 'b1',
    });
    const id = subjectId(SUBJECT_KEY, { type: 'USCC', value: USCC });
    expect(await licences()).toMatchObject([
      {
        subject_id: id,
        line: 2,
        responsible_officer: '经办',
        batch_id: 'b1',
        valid_to: null,
        valid_indefinitely: true,
        version: 1,
      },
      { subject_id: id, line: 3, responsible_officer: '李四' },
    ]);
    const { rows } = await db.query(
      'select category, layout, accepted, finished_at is not null as finished, length(file_sha256) as hash from licensing.batch',
    );
    expect(rows).toEqual([{ category: 'licenses', layout: '行政许可（2018 年版）', accepted: 2, finished: true, hash: 64 }]);
  });

  test('that changed becomes a new version and the old one is kept', async () => {
    await importRows(db, 'licenses', [LICENCE], { newBatchId: () => 'b1' });
    expect(await importRows(db, 'licenses', [{ ...LICENCE, 许可内容: '新' }], { newBatchId: () => 'b2' })).toMatchObject({
      accepted: 1,
      unchanged: 0,
    });
    expect(await licences()).toMatchObject([{ content: '新', version: 2, batch_id: 'b2' }]);
    const { rows } = await db.query('select content, version, batch_id from licensing.license_version');
    expect(rows).toEqual([{ content: '内容', version: 1, batch_id: 'b1' }]);
  });

  test('sent several times in one file is what the last row says, told of each, and the file again changes nothing', async () => {
    const [other, last] = [
      { ...LICENCE, 许可内容: '新' },
      { ...LICENCE, 许可内容: '最后' },
    ];
    const file = [LICENCE, other, other, last];
    expect(await importRows(db, 'licenses', file, { newBatchId: () => 'b1' })).toMatchObject({
      accepted: 1,
      unchanged: 3,
      warned: 2,
      reasons: { REPEATED_IN_FILE: 2 },
    });
    const standing = [{ content: '最后', version: 1, batch_id: 'b1', line: 5 }];
    expect(await licences()).toMatchObject(standing);
    expect(await importRows(db, 'licenses', file)).toMatchObject({ accepted: 0, unchanged: 4, reasons: { REPEATED_IN_FILE: 2 } });
    expect(await licences()).toMatchObject(standing);
    // Also when the rows stand in two chunks.
    const between = Array.from({ length: 2_000 }, (_, index) => ({ ...LICENCE, 行政许可决定文书号: `${index}` }));
    for (const accepted of [2_000, 0]) {
      const summary = await importRows(db, 'licenses', [LICENCE, ...between, last]);
      expect(summary).toMatchObject({ accepted, unchanged: 2_002 - accepted, warned: 1, reasons: { REPEATED_IN_FILE: 1 } });
      expect((await licences()).filter(({ content }) => content === '最后')).toMatchObject(standing);
    }
    expect((await db.query('select from licensing.license_version')).rows).toEqual([]);
  });

  test('whose document was under another subject is moved with a warning', async () => {
    await importRows(db, 'licenses', [LICENCE]);
    const moved = await importRows(db, 'licenses', [{ ...LICENCE, '行政相对人代码_1(统一社会信用代码)': OTHER_USCC }]);
    expect(moved).toMatchObject({ accepted: 1, warned: 1, reasons: { SUBJECT_CHANGED: 1 } });
  });

  test('is only validated without a database', async () => {
    expect(await importRows(null, 'licenses', [LICENCE])).toMatchObject({ accepted: 1, batch: null });
    expect(await licences()).toEqual([]);
  });
});

describe('a subject known by an old 15-digit number', () => {
  test('waits, once, and is settled when the registry learns the number', async () => {
    expect(await importRows(db, 'licenses', [OLD_LICENCE], { newBatchId: () => 'b1' })).toMatchObject({
      accepted: 1,
      waiting: 1,
    });
    expect(await importRows(db, 'licenses', [OLD_LICENCE], { newBatchId: () => 'b2' })).toMatchObject({
      accepted: 0,
      unchanged: 1,
      waiting: 0,
    });
    expect(await settleWaiting(db, { clock: () => NOW })).toEqual({ settled: 0, waiting: 1 });
    await importRows(db, 'registrations', [{ ...REGISTRATION, 工商注册号: OLD_NUMBER }]);
    expect(await settleWaiting(db, { clock: () => NOW })).toEqual({ settled: 1, waiting: 0 });
    expect(await licences()).toMatchObject([
      { subject_id: subjectId(SUBJECT_KEY, { type: 'USCC', value: USCC }), batch_id: 'b2' },
    ]);
    expect(await importRows(db, 'licenses', [OLD_LICENCE])).toMatchObject({ unchanged: 1 });
  });

  test('is found at once when the registry knows it, also with the number in the column of the code', async () => {
    await importRows(db, 'registrations', [{ ...REGISTRATION, 工商注册号: OLD_NUMBER }]);
    const inCodeColumn = { ...LICENCE, '行政相对人代码_1(统一社会信用代码)': OLD_NUMBER };
    expect(await importRows(db, 'licenses', [OLD_LICENCE, inCodeColumn])).toMatchObject({
      accepted: 1,
      unchanged: 1,
      waiting: 0,
    });
  });

  test('that was sent with one content, another, and the first again is settled with the first, as sent last', async () => {
    const other = { ...OLD_LICENCE, 许可内容: '新' };
    const send = (batch: string, ...rows: (typeof LICENCE)[]) =>
      importRows(db, 'licenses', rows, { newBatchId: () => batch, clock: () => NOW + Number(batch) });
    expect(await send('1', OLD_LICENCE, other, OLD_LICENCE)).toMatchObject({ accepted: 2, unchanged: 1, waiting: 2 });
    expect(await send('2', other)).toMatchObject({ accepted: 0, unchanged: 1 });
    // The decision under its code, between the two.
    await send('3', { ...LICENCE, 许可内容: '又一' });
    expect(await send('4', OLD_LICENCE)).toMatchObject({ accepted: 0, unchanged: 1, waiting: 0 });
    await importRows(db, 'registrations', [{ ...REGISTRATION, 工商注册号: OLD_NUMBER }]);
    expect(await settleWaiting(db, { clock: () => NOW })).toEqual({ settled: 2, waiting: 0 });
    expect(await licences()).toMatchObject([{ content: '内容', batch_id: '4' }]);
  });

  test('a row that waited does not undo a later one of the same file', async () => {
    await importRows(db, 'licenses', [OLD_LICENCE, { ...LICENCE, 许可内容: '新' }]);
    await importRows(db, 'registrations', [{ ...REGISTRATION, 工商注册号: OLD_NUMBER }]);
    await settleWaiting(db, { clock: () => NOW });
    expect(await licences()).toMatchObject([{ content: '新', version: 1 }]);
  });

  test('a row that waited does not undo what came in later', async () => {
    await importRows(db, 'licenses', [OLD_LICENCE]);
    await importRows(db, 'licenses', [{ ...LICENCE, 许可内容: '新' }], { clock: () => NOW + 1_000 });
    await importRows(db, 'registrations', [{ ...REGISTRATION, 工商注册号: OLD_NUMBER }]);
    await settleWaiting(db, { clock: () => NOW });
    expect(await licences()).toMatchObject([{ content: '新', version: 1 }]);
  });
});

describe('a row', () => {
  const rejected = async (changes: Record<string, string>, base: Record<string, string> = LICENCE) =>
    Object.keys((await importRows(db, 'licenses', [{ ...base, ...changes }])).reasons);

  test.each([
    [{ 有效期至: '2023/01/01' }, 'DATE_ORDER'],
    [{ 备注: '秘密★10年' }, 'STATE_SECRET'],
    [{ 备注: '机密 ★ 5年。附件不涉及国家秘密。' }, 'STATE_SECRET'],
    [{ 行政许可决定文书名称: '准予行政许可决定书（秘密★10年）' }, 'STATE_SECRET'],
    [{ 法定代表人证件号码: '#N/A' }, 'FORMULA_ERROR'],
    [{ 有效期至: '#VALUE!' }, 'FORMULA_ERROR'],
    [{ 密级: '机密' }, 'STATE_SECRET'],
    [{ 许可内容: '本件涉及国家秘密' }, 'STATE_SECRET'],
    [{ 许可内容: 'a\u0000b' }, 'CONTROL_CHARACTER'],
    [{ 许可内容: 'x'.repeat(20_001) }, 'TEXT_TOO_LONG'],
    [{ 法定代表人: '' }, 'REQUIRED_WHEN'],
    [{ 行政相对人类别: '企业' }, 'CODE_UNKNOWN'],
    [{ '行政相对人代码_1(统一社会信用代码)': '', '行政相对人代码_2(工商注册号)': '999900167638771' }, 'IDENTIFIER_CHECK_DIGIT'],
    [{ '行政相对人代码_1(统一社会信用代码)': '91' }, 'IDENTIFIER_LENGTH'],
    [{ 许可机关统一社会信用代码: '11999900MAR39UK748' }, 'IDENTIFIER_CHECK_DIGIT'],
  ])('%o is rejected: %s', async (changes, reason) => {
    expect(await rejected(changes)).toEqual([reason]);
    expect(await licences()).toEqual([]);
  });

  test.each([
    [{ 密级: '公开' }],
    [{ 许可内容: '不涉及国家秘密' }],
    [{ 许可内容: '未涉及国家秘密' }],
    [{ 许可决定日期: '２０２４／１／２２', 有效期自: '２０２４年１月２２日' }],
    [{ '行政相对人代码_1(统一社会信用代码)': '91999900\u200BMA285UXT4W\u202C' }],
    [{ 许可内容: '非涉密工程' }],
    [{ 许可类别: '其他-备案' }],
    [{ '行政相对人代码_1(统一社会信用代码)': ' 91999900ma285uxt4w ' }],
  ])('%o is taken in', async (changes) => {
    expect(await importRows(db, 'licenses', [{ ...LICENCE, ...changes }])).toMatchObject({ accepted: 1, warned: 0 });
  });

  test.each([
    ['准予张三（身份证号：11010519491231002X）从事经营', '准予张三（身份证号：****）从事经营'],
    ['准予１１０１０５１９４９１２３１００２Ｘ、110105 19491231 002X', '准予****、****'],
    [`授权${PROPRIETOR}`, '授权****'],
    ['授权91999900MA285UXT4W，编号110105194912310021', '授权91999900MA285UXT4W，编号110105194912310021'],
  ])('that quotes somebody’s number is taken in without it, and told of: %s', async (filed, kept) => {
    const outcome = await importRows(db, 'licenses', [{ ...LICENCE, 许可内容: filed }]);
    expect(outcome).toMatchObject({ accepted: 1, warned: kept === filed ? 0 : 1 });
    expect(await licences()).toMatchObject([{ content: kept }]);
  });

  test('of a person is refused when the person was a minor on the day of the decision, and only then', async () => {
    const born = '11010519491231002X';
    expect(await rejected({ 证件号码: born, 许可决定日期: '1960/01/01' }, PERSON)).toEqual(['MINOR']);
    expect(await importRows(db, 'licenses', [{ ...PERSON, 证件号码: born }])).toMatchObject({ accepted: 1 });
    expect(await licences()).toMatchObject([{ subject_id: subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: born }) }]);
  });

  test('of a person with a passport is told apart by kind and number of the document', async () => {
    const passport = { ...PERSON, 证件类型: '护照号', 证件号码: 'e12345678' };
    await importRows(db, 'licenses', [passport]);
    expect(await licences()).toMatchObject([
      { subject_id: subjectId(SUBJECT_KEY, { type: 'OTHER_DOCUMENT', value: '护照号 E12345678' }) },
    ]);
  });
});

describe('the header', () => {
  const header = async (csv: string) =>
    importRows(db, 'licenses', [], { source: { bytes: [Buffer.from(csv)] as unknown as AsyncIterable<Uint8Array>, name: 'x' } });

  test('with unknown or missing columns refuses the whole file and lists them', async () => {
    await expect(importRows(db, 'licenses', [{ ...LICENCE, 颜色: '红' }])).rejects.toThrow('不认识的列 unknown：颜色');
    await expect(header('行政相对人名称,行政相对人类别\na,b\n')).rejects.toThrow(/缺少必需的列/);
    await expect(header('')).rejects.toThrow('文件是空的');
  });

  test.each([
    ['an image', '\u0089PNG\r\n\u001A\n,x\n', /第一行不是文字.*The first line is no text/],
    ['what a terminal would obey', '\u001B[2J,x\n', /第一行不是文字/],
    ['characters that turn the line around', '行政相对人名称,甲\u202E乙,x\n', /不认识的列 unknown：甲�乙、x/],
    ['values, as there is no header', `云汀市示例有限公司,${USCC}\n`, /^第一行没有本类别的任何列名[^示]*$/],
  ])('that holds %s is refused, and not repeated as it is', async (_, csv, message) => {
    const refusal = await header(csv).then(String, ({ message: said }: Error) => said);
    expect(refusal).toMatch(message);
    expect(refusal).not.toMatch(/\p{C}/u);
  });

  test('may be in any order, in full width, in the code spelling, and of the 2015 version', async () => {
    const empty = ['工商注册号', '组织机构代码', '税务登记号', '事业单位证书号', '社会组织登记证号'].map((name, index) => [
      `行政相对人代码＿${index + 2}（${name}）`,
      '',
    ]);
    const rest = ['法定代表人证件类型', '法定代表人证件号码', '证件类型', '证件号码', '许可证书名称', ' 许可编号 '].map(
      (name) => [name, ''],
    );
    const turned = [...Object.entries(LICENCE), ...empty, ...rest].reverse();
    const [names, cells] = [0, 1].map((at) => turned.map((entry) => entry[at]).join(','));
    expect(await header(`${names}\n${cells}\n`)).toMatchObject({ accepted: 1, layout: '行政许可（2018 年版）' });
    const csv = `XK_WSH,XK_XMMC,XK_SPLB,XK_NR,XK_XDR,XK_XDR_SHXYM,XK_XDR_ZDM,XK_XDR_GSDJ,XK_XDR_SWDJ,XK_XDR_SFZ,XK_FR,XK_JDRQ,XK_JZQ,XK_XZJG,XK_ZT,DFBM,SJC,BZ\n一号,项目,普通,内容,某公司,${USCC},,,,,龘,2016/01/02,,云汀市行政审批服务局,1,999900,2016/02/01,\n`;
    expect(await header(csv)).toMatchObject({ accepted: 1, layout: '行政许可（2015 年版）' });
    const { rows } = await db.query("select status, authority_code from licensing.license where decision_document_no = '一号'");
    expect(rows).toEqual([{ status: 'WITHDRAWN', authority_code: '云汀市行政审批服务局' }]);
  });
});
