import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { makeDataDirectory } from '../../test/support/database.ts';
import { registerLog } from '../commands/log.ts';

const KEY = 'k'.repeat(32);
/** Made up: the division and the date are real, the number is nobody's. */
const NUMBER = '11010519491231002X';
const SELF = subjectId(KEY, { type: 'RESIDENT_ID', value: NUMBER });

let directory: string;
let db: Db;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'review-'));
  await makeDataDirectory(directory);
  db = await openDatabase({ dataDirectory: directory });
  const log = createQueryLog({ db, origin: 'x' });
  const look = (day: string, operator: string, subject: string) =>
    log.append(
      entryOf('r', {
        time: `${day}T02:00:00.000Z`,
        caller: { actor: 'DEPARTMENT', organization: 'ORG', operator },
        subjects: { asked: [subject], returned: [subject] },
      }),
    );
  // Ten a day each, so that thirty are three times as many as usual, but not four times.
  for (const day of ['2026-03-03', '2026-03-04'])
    await Promise.all(Array.from({ length: 200 }, (_, n) => look(day, `op-${n % 20}`, `o-${day}-${n}`)));
  // By a clock that was a year ahead.
  await look('2027-03-04', 'op-1', 'o-2026-03-04-1');
  await Promise.all(Array.from({ length: 30 }, (_, n) => look('2026-03-05', 'wang', `o-wang-${n}`)));
  await Promise.all(Array.from({ length: 60 }, (_, n) => look('2026-03-06', 'li', `o-li-${n}`)));
  await look('2026-03-06', 'zhao', SELF);
}, 60_000);
afterAll(async () => {
  await db.close();
  await rm(directory, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function run(...args: string[]): Promise<string> {
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  const program = new Command('xinqiao').exitOverride().configureOutput({ writeErr: () => undefined });
  registerLog(program, { NODE_ENV: 'test', XINQIAO_DATA: directory, XINQIAO_SUBJECT_KEY: KEY });
  await program.parseAsync(['node', 'xinqiao', 'log', ...args]);
  return printed;
}
const lines = (printed: string) =>
  printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const queued = async () => (await db.query('SELECT id, sentence, operator FROM review.alert ORDER BY number')).rows;

test('prints what the rules find, and puts nothing into the queue on a dry run', async () => {
  const printed = await run('review', '--dry-run');
  expect(printed).toMatch(
    /^2026-03-06 RV-1 ra-[\w-]{22} 账号 li（机构 ORG）2026-03-06 .*查询了 40 个主体，同机构同用途其他账号每日中位数为 10/,
  );
  expect(printed).toContain('检查 492 条，其中 492 次查得信息，87.80% 自动说明；提示 1 件，未入队列。');
  expect(await queued()).toEqual([]);
});

test('finds the same for a day alone, for it remembers the days before, and queues each alert once', async () => {
  const [alert, summary] = lines(await run('review', '--from', '2026-03-06', '--to', '2026-03-06', '--json'));
  expect(alert).toMatchObject({ rule: 'RV-1', operator: 'li', figures: { subjects: 40, median: 10 }, entryCount: 40 });
  expect(summary).toEqual({ entries: '492', accesses: 61, unexplained: 60, alerts: 1, new: 1 });
  expect(lines(await run('review', '--json')).at(-1)).toMatchObject({ alerts: 1, new: 0 });
  expect(await queued()).toEqual([{ id: alert?.['id'], sentence: alert?.['sentence'], operator: 'li' }]);
  expect(lines(await run('review', '--to', '2026-03-05', '--json'))).toMatchObject([{ alerts: 0, unexplained: 0 }]);
});

test('takes in who bears an account, without the number, and finds whoever looked itself up', async () => {
  const file = path.join(directory, 'operators.csv');
  await writeFile(file, `organization,operator,identifier\nORG,zhao,${NUMBER}\n`);
  expect(await run('operators', file)).toContain('1 bearers of work accounts taken in');
  expect((await db.query('SELECT * FROM review.operator_subject')).rows).toEqual([
    { organization: 'ORG', operator: 'zhao', subject: SELF },
  ]);
  expect(lines(await run('review', '--json')).map(({ kind }) => kind)).toEqual(['MANY_SUBJECTS', 'OWN_SUBJECT', undefined]);
});

test('a file of other columns is told by its first line', async () => {
  const file = path.join(directory, 'other.csv');
  await writeFile(file, 'a,b\nORG,li\n');
  await expect(run('operators', file)).rejects.toThrow('第 1 行应为 organization,operator,identifier');
});

test.each([
  ['empty', ''],
  ['of titles alone', 'organization,operator,identifier\n'],
])('a file that is %s is refused: it would change nothing', async (_, text) => {
  const file = path.join(directory, 'none.csv');
  await writeFile(file, text);
  await expect(run('operators', file)).rejects.toThrow(
    'The file names no account: after line 1, organization,operator,identifier, comes a line for each.',
  );
});

test('faulty rows change nothing, each is named by line and column, and no number is repeated', async () => {
  const file = path.join(directory, 'faulty.csv');
  const rows = ['ORG,li,11010519491231002X', '', 'ORG,wang,110105194912310021', ',sun,', 'ORG,,11010519491231002X'];
  await writeFile(file, `organization,operator,identifier\n${rows.join('\n')}\n`);
  await expect(run('operators', file)).rejects.toThrow(
    new Error(`发现 4 处错误，未作任何更改。 4 faults; nothing was changed.
第 4 行 identifier （18 个字符）不是有效的居民身份证号或统一社会信用代码。 Line 4: identifier (18 characters) is neither a valid resident number nor a valid credit code.
第 5 行 organization 为空。 Line 5: organization is empty.
第 5 行 identifier 为空。 Line 5: identifier is empty.
第 6 行 operator 为空。 Line 6: operator is empty.`),
  );
  expect((await db.query('SELECT operator FROM review.operator_subject')).rows).toEqual([{ operator: 'zhao' }]);
});

test('of many faults the first twenty are told', async () => {
  const file = path.join(directory, 'all-faulty.csv');
  await writeFile(file, `organization,operator,identifier\n${'ORG,,11010519491231002X\n'.repeat(25)}`);
  await expect(run('operators', file)).rejects.toThrow(
    /^发现 25 处错误(.*\n){20}.*Line 21: operator is empty\.\n另有 5 处。 And 5 more\.$/,
  );
});

test('reviews no days that end before they begin', async () => {
  await expect(run('review', '--from', '2026-05-02', '--to', '2026-05-01')).rejects.toThrow('--from 2026-05-02 is after --to');
});

test.each(['2026-02-30', 'yesterday'])('takes no day that is none: %s', async (day) => {
  await expect(run('review', '--from', day)).rejects.toThrow('Expected a day that exists');
});
