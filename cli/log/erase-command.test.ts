import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { formatVerifierKey } from '../../gateway/querylog/signed-note.ts';
import { LOG } from '../../gateway/witness/witness.fixture.ts';
import { registerReceipt } from '../commands/receipt.ts';
import { registerLog } from '../commands/log.ts';
import { logDirectory, runHere } from './log-directory.fixture.ts';
import { logSize } from '../../gateway/querylog/read-entries.ts';
import { logProof } from '../../gateway/querylog/log-proof.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Receipt } from '../../gateway/querylog/entry.ts';

let log: Awaited<ReturnType<typeof logDirectory>>;
let receipt: Receipt | undefined;
beforeAll(async () => {
  log = await logDirectory();
}, 60_000);
afterAll(() => log.close());

const run = (...args: string[]) => runHere(registerLog, ['log', ...args], log.environment);
const erase = (...args: string[]) => run('erase', '--by', 'credit-office/li.na', ...args);
const left = async () =>
  (await log.db.query('SELECT kind, owner FROM querylog.sealed_text ORDER BY 1, 2')).rows.map(
    ({ kind, owner }) => `${kind} ${owner}`,
  );

const COMPANY = 'o-PvISqbbuc-cs0_s83KMx1Q';
const PERSON = 'p-PvISqbbuc-cs0_s83KMx1Q';
const ALL = ['MATTER 泉审批〔2026〕12号', 'OPERATOR 11370000MB2800001A/wang.li', `SUBJECT ${COMPANY}`, `SUBJECT ${PERSON}`];

describe('xinqiao log erase', () => {
  let looks = 0;
  beforeEach(async () => {
    await log.db.query('DELETE FROM querylog.sealed_text');
    // Other names each time: the log remembers what it has sealed this month.
    looks += 1;
    const subjectNames = new Map([
      [COMPANY, `甲公司${looks}`],
      [PERSON, `乙${looks}`],
    ]);
    const subjects = { asked: [COMPANY], returned: [COMPANY, PERSON] };
    [receipt] = await log.append({
      subjects,
      readable: { operatorName: `王丽${looks}`, matterText: `延续${looks}`, subjectNames },
    });
  });

  test.each<[string, string[], string, string[]]>([
    ['a subject’s names', ['--subject', PERSON], PERSON, ALL.slice(0, 3)],
    [
      'an operator’s name',
      ['--operator', '11370000MB2800001A/wang.li'],
      '11370000MB2800001A/wang.li',
      ALL.filter((text) => !text.startsWith('OPERATOR')),
    ],
    ['what was said of a case', ['--matter', '泉审批〔2026〕12号'], '泉审批〔2026〕12号', ALL.slice(1)],
    ['everything before a month', ['--before', '2026-04'], '2026-04', []],
    ['nothing before an earlier month', ['--before', '2026-03'], '2026-03', ALL],
  ])('erases %s, on record', async (_, options, object, expected) => {
    const { printed } = await erase(...options, '--json');
    expect(JSON.parse(printed)).toEqual({ object, erased: ALL.length - expected.length });
    expect(await left()).toEqual(expected);
    const tail = JSON.parse((await run('tail', '--lines', '1', '--json')).printed) as { entry: object };
    const subjects = object === PERSON ? [PERSON] : [];
    expect(tail.entry).toMatchObject({ decision: 'ACTED', act: { kind: 'TEXTS_ERASED', object }, subjects: { asked: subjects } });
  });

  test('erases what policy keeps no longer', async () => {
    await log.append({ time: '2020-01-31T00:00:00.000Z', readable: { operatorName: '旧人' } });
    expect(JSON.parse((await erase('--expired', '--json')).printed)).toMatchObject({ erased: 1 });
    expect(await left()).toEqual(ALL);
  });

  test('leaves the log, its receipts and their proofs valid', async () => {
    await erase('--before', '2099-01');
    expect(await left()).toEqual([]);
    await log.db.exec(`SET session_replication_role = replica; UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
    await log.sign();
    const proven = path.join(log.directory, 'proven.json');
    writeFileSync(proven, JSON.stringify(await logProof(log.db, 'city.example/log', receipt as Receipt)));
    const key = formatVerifierKey(LOG.verifierKey);
    expect((await runHere(registerReceipt, ['receipt', 'verify', proven, '--key', key], {})).printed).toContain('已证明');
    const { printed } = await run('verify', '--database', '--key', key, '--json', '--tolerance', '999999');
    const { faults } = JSON.parse(printed) as { faults: { exitCode: number }[] };
    expect(faults.filter(({ exitCode }) => exitCode < 30)).toEqual([]);
  });

  test.each([[[]], [['--subject', PERSON, '--expired']]])('takes one at a time: %j', async (options) => {
    await expect(erase(...options)).rejects.toThrow('之一');
    expect(await left()).toEqual(ALL);
  });

  test.each([
    [['erase', '--by', 'credit-office/li.na', '--subject', '999999195207109160'], '--subject'],
    [['erase', '--by', 'credit-office/li.na', '--subject', '91999900MB00000195'], '--subject'],
    [['erase', '--by', 'credit-office/li.na', '--subject', 'o-91999900MB00000195'], '--subject'],
    [['erase', '--by', 'credit-office/li.na', '--matter', '身份证999999195207109160'], '--matter'],
    [['erase', '--by', 'credit-office/li.na', '--matter', '９９９９９９１９５２０７１０９１６０'], '--matter'],
    [['erase', '--by', 'credit-office/li.na', '--matter', '999999\u200B195207109160'], '--matter'],
    [['erase', '--by', 'credit-office/li.na', '--operator', 'x/999999195207109160'], '--operator'],
    [['erase', '--by', 'credit-office/li.na', '--operator', '999999195207109160'], '--operator'],
    [['erase', '--by', 'credit-office/999999195207109160', '--expired'], '--by'],
    [['erase', '--by', '999999195207109160/li.na', '--expired'], '--by'],
    [['archive', 'archive', '--by', 'credit-office/999999195207109160'], '--by'],
  ])('puts nobody’s number on the log, nor repeats it: %j', async (given, option) => {
    const entries = await logSize(log.db);
    const refusal = await run(...given).then(String, ({ message }: Error) => message);
    expect(refusal).toMatch(new RegExp(`^${option} .+nothing was changed`));
    expect(refusal.normalize('NFKC')).not.toMatch(/\d{6}/);
    expect([await logSize(log.db), await left()]).toEqual([entries, ALL]);
  });
});
