import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../../database/db.ts';
import { openTestDatabase } from '../../../test/support/database.ts';
import { importRows, NOW } from '../../../test/support/import-rows.ts';
import { settleWaiting } from '../../settle-waiting.ts';
import { authorityCodeColumn, authorityKey, isAuthorityCode } from './authority.ts';

const USCC = '91999900MA285UXT4W';
const OLD_NUMBER = '999900167638770';
const AUTHORITY = '云汀市生态环境局(本级)';
const CODE = '11999900MAR39UK749';
const OTHER_CODE = '11999900MA3A89CD2H';
const NUMBER = '云环罚〔2018〕第0001号';
const DECISION = {
  行政相对人名称: '云汀市示例有限公司',
  '行政相对人代码_1(统一社会信用代码)': USCC,
  行政处罚决定书文号: NUMBER,
  处罚依据: '依据',
  处罚决定日期: '2018/11/01',
};
const OF_2015 = {
  ...DECISION,
  处罚名称: '超标排放',
  处罚类别1: '罚款',
  处罚事由: '事由',
  处罚结果: '罚款一万元',
  处罚机关: '云汀市生态环境局 （本级）',
  当前状态: '0',
};
const OF_2018 = {
  ...DECISION,
  行政相对人类别: '法人及非法人组织',
  法定代表人: '龘娜明',
  违法行为类型: '超标排放',
  违法事实: '事实',
  处罚类别: '罚款',
  处罚内容: '罚款一万元',
  '罚款金额（万元）': '1',
  处罚有效期: '2099/12/31',
  处罚机关: AUTHORITY,
  处罚机关统一社会信用代码: CODE,
  数据来源单位: AUTHORITY,
  数据来源单位统一社会信用代码: CODE,
};

let db: Db;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  const tables = ['penalty', 'penalty_version', 'outcome', 'unmatched', 'batch'].map(
    (table) => `delete from penalties.${table};`,
  );
  const registry = ['subject', 'identifier', 'officer'].map((table) => `delete from registry.${table};`);
  await db.exec([...tables, ...registry].join(' '));
});

type Cells = Readonly<Record<string, string>>;
const take2015 = (...rows: Cells[]) => importRows(db, 'penalties', rows, { layout: 1 });
const take2018 = (...rows: Cells[]) => importRows(db, 'penalties', rows);

async function stored(table = 'penalty') {
  const { rows } = await db.query(
    `select authority_code as code, fine_fen::text as fine, version from penalties.${table} order by authority_code, version`,
  );
  return rows;
}

describe('a decision filed in both layouts', () => {
  test('2015 first: the fuller row of 2018 becomes version 2 of the same record, and both files again change nothing', async () => {
    expect(await take2015(OF_2015)).toMatchObject({ accepted: 1, warned: 0 });
    expect(await take2018(OF_2018)).toMatchObject({ accepted: 1, unchanged: 0, warned: 0 });
    expect(await stored()).toEqual([{ code: CODE, fine: '1000000', version: 2 }]);
    expect(await stored('penalty_version')).toEqual([{ code: CODE, fine: null, version: 1 }]);
    expect(await take2018(OF_2018)).toMatchObject({ accepted: 0, unchanged: 1 });
    expect(await take2015(OF_2015)).toMatchObject({ accepted: 0, unchanged: 1, reasons: { NEWER_LAYOUT_KEPT: 1 } });
    expect(await stored()).toEqual([{ code: CODE, fine: '1000000', version: 2 }]);
  });

  test('2018 first: the poorer row of 2015 changes nothing, and says so', async () => {
    await take2018(OF_2018);
    const again = await take2015(OF_2015);
    expect(again).toMatchObject({ accepted: 0, unchanged: 1, warned: 1, reasons: { NEWER_LAYOUT_KEPT: 1 } });
    expect(await stored()).toEqual([{ code: CODE, fine: '1000000', version: 1 }]);
    expect(await stored('penalty_version')).toEqual([]);
  });

  test('several versions of 2015 all follow to the code', async () => {
    await take2015(OF_2015);
    await take2015({ ...OF_2015, 处罚结果: '罚款二万元' });
    await take2018(OF_2018);
    expect(await stored()).toEqual([{ code: CODE, fine: '1000000', version: 3 }]);
    expect(await stored('penalty_version')).toMatchObject([
      { code: CODE, version: 1 },
      { code: CODE, version: 2 },
    ]);
  });

  test('a row of 2015 that waited for an old number does not undo the row of 2018 that came meanwhile', async () => {
    const code = '行政相对人代码_1(统一社会信用代码)';
    await take2015({ ...OF_2015, [code]: '', '行政相对人代码_3(工商登记码)': OLD_NUMBER });
    await take2018(OF_2018);
    await importRows(db, 'registrations', [
      { 统一社会信用代码: USCC, 名称: '云汀市示例有限公司', 登记状态: '存续', 工商注册号: OLD_NUMBER },
    ]);
    expect(await settleWaiting(db, { clock: () => NOW })).toEqual({ settled: 1, waiting: 0 });
    expect(await stored()).toEqual([{ code: CODE, fine: '1000000', version: 1 }]);
  });
});

test('the code that is served is a code or nothing, never the name that stands in its place', async () => {
  const served = async () => (await db.query(`select ${authorityCodeColumn('p')} from penalties.penalty p`)).rows;
  await take2015(OF_2015);
  expect(await served()).toEqual([{ authorityCode: null }]);
  await take2018(OF_2018);
  expect(await served()).toEqual([{ authorityCode: CODE }]);
});

test('the longest number and name there can be are a key that the database takes', async () => {
  // Chinese at random: what repeats itself is compressed.
  let seed = 7;
  const random = () => String.fromCodePoint(0x4e00 + ((seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % 20_000));
  const longest = (length: number) => Array.from({ length }, random).join('');
  expect(await take2015({ ...OF_2015, 行政处罚决定书文号: longest(400), 处罚机关: longest(400) })).toMatchObject({ accepted: 1 });
  const tooLong = await take2015({ ...OF_2015, 行政处罚决定书文号: longest(512), 处罚机关: longest(512) });
  expect(tooLong).toMatchObject({ rejected: 1, reasons: { TEXT_TOO_LONG: 2 } });
});

describe('decisions of the same number', () => {
  test('of authorities with different codes stay apart though their names are the same; the name leads to the first', async () => {
    await take2015(OF_2015);
    await take2018(OF_2018, { ...OF_2018, 处罚机关统一社会信用代码: OTHER_CODE });
    expect(await stored()).toEqual([
      { code: OTHER_CODE, fine: '1000000', version: 1 },
      { code: CODE, fine: '1000000', version: 2 },
    ]);
  });

  test('of authorities with different names stay apart', async () => {
    await take2018(OF_2018);
    expect(await take2015({ ...OF_2015, 处罚机关: '云汀市水利局' })).toMatchObject({ accepted: 1, warned: 0 });
    expect(await stored()).toMatchObject([{ code: CODE }, { code: '云汀市水利局' }]);
  });

  test('a code that is known already stays with its own record, whatever name it comes with', async () => {
    await take2018({ ...OF_2018, 处罚机关: '云汀市环境保护局' });
    await take2015(OF_2015);
    await take2018(OF_2018);
    expect(await stored()).toMatchObject([
      { code: CODE, version: 2 },
      { code: '云汀市生态环境局(本级)', version: 1 },
    ]);
  });
});

test.each([
  [CODE, AUTHORITY, CODE, true],
  [null, ' 云汀市　生态环境局（本级） ', '云汀市生态环境局(本级)', false],
  [null, 'ＡＢ局', 'ab局', false],
  [null, null, null, false],
])('the key of %o and %o is %o', (code, name, key, isCode) => {
  expect(authorityKey(code, name)).toBe(key);
  expect(isAuthorityCode(key ?? '')).toBe(isCode);
});
