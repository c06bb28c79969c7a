import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';
import { openDatabase } from '../../database/open-database.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { registerLog } from './log.ts';

// The commands work through this process, as they do beside a running server.
let directory: string;
let db: Db;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'log-'));
  db = await openDatabase({ dataDirectory: directory });
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
  registerLog(program, { NODE_ENV: 'test', XINQIAO_DATA: directory });
  await program.parseAsync(['node', 'xinqiao', 'log', ...args]);
  return printed;
}

test('says so where no gateway has ever written', async () => {
  await expect(run('tail')).rejects.toThrow('此处尚无查询日志');
});

test('prints the newest entries: a table for people, one JSON value a line for machines', async () => {
  await migrateAll(db);
  expect(await run('tail', '--json')).toBe('');
  const log = createQueryLog({ db, origin: 'x' });
  await log.append(entryOf('r0'));
  await log.append(
    entryOf('r1', {
      caller: { actor: 'BANK', organization: 'bank-1', operator: '赵\u001b[2J' },
      decision: 'REFUSED',
      code: 'AUTHORIZATION_REQUIRED',
      matter: null,
      subjects: { asked: [], returned: [] },
      fields: [],
    }),
  );
  await log.append(
    entryOf('r2', {
      fields: [
        { coordinate: 'A.b', treatment: 'MASK', count: 1 },
        { coordinate: 'A.c', treatment: 'WITHHOLD', count: 0 },
      ],
    }),
  );
  expect(await run('tail', '--lines', '3')).toMatchInlineSnapshot(`
    "序号  时间                 查询者                        用途                  办件编号            主体         结果                           字段（明文/脱敏/不予提供）  用时
    0     2026-03-01 10:03:04  DEPARTMENT/licensing/wang.li  ADMIN_APPROVAL_CHECK  泉审批〔2026〕12号  o-1 等 2 个  已答复                         1/0/0                       12 ms
    1     2026-03-01 10:03:04  BANK/bank-1/赵�[2J            ADMIN_APPROVAL_CHECK  —                   —            已拒绝 AUTHORIZATION_REQUIRED  0/0/0                       12 ms
    2     2026-03-01 10:03:04  DEPARTMENT/licensing/wang.li  ADMIN_APPROVAL_CHECK  泉审批〔2026〕12号  o-1 等 2 个  已答复                         0/1/1                       12 ms
    "
  `);
  const lines = (await run('tail', '--lines', '2', '--json'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { index: '1', entry: { requestId: 'r1' } },
    { index: '2', entry: { requestId: 'r2' } },
  ]);
});

test('says of a caller that could not be established that it is unknown, and of a summary how many it stands for', async () => {
  const refused = { decision: 'REFUSED', subjects: { asked: [], returned: [] }, fields: [] } as const;
  const log = createQueryLog({ db, origin: 'x' });
  await log.append(entryOf('r3', { ...refused, caller: null, code: 'UNAUTHENTICATED', purpose: null, matter: null }));
  await log.append(entryOf('r4', { ...refused, caller: { actor: 'PUBLIC', organization: '' }, code: 'RATE_LIMITED', count: 41 }));
  expect((await run('tail', '--lines', '2')).split('\n').slice(1)).toEqual([
    expect.stringMatching(/^3 .* UNKNOWN +— .*已拒绝 UNAUTHENTICATED /),
    expect.stringMatching(/^4 .* PUBLIC .*已拒绝 RATE_LIMITED ×41 /),
    '',
  ]);
  expect(JSON.parse(await run('tail', '--lines', '1', '--json'))).toMatchObject({ entry: { count: 41 } });
});

test('follows the log until it is interrupted', async () => {
  const other = process.listeners('SIGINT');
  const tailing = run('tail', '--follow', '--json', '--lines', '1');
  // Its own listener stands once it is reading; the test runner's must not hear of it.
  await vi.waitFor(() => expect(process.listeners('SIGINT').length).toBeGreaterThan(other.length), 10_000);
  await createQueryLog({ db, origin: 'x' }).append(entryOf('followed'));
  const printed = vi.mocked(process.stdout.write).mock.calls;
  await vi.waitFor(() => expect(printed.join('')).toContain('followed'), 10_000);
  for (const listener of process.listeners('SIGINT')) if (!other.includes(listener)) listener('SIGINT');
  expect(await tailing).toContain('followed');
  expect(process.listeners('SIGINT')).toEqual(other);
});

test('brings the read model level with the log, and makes it anew', async () => {
  const rows = async () => (await db.query('SELECT seq, kind, at FROM audit.look ORDER BY seq')).rows;
  const { entries } = JSON.parse(await run('index', '--json')) as { entries: string };
  const level = await rows();
  expect(level).toHaveLength(Number(entries));
  await db.query('DELETE FROM audit.look WHERE seq = 1');
  expect(await run('index', '--rebuild')).toBe(`已与日志一致：${entries} 条。 Level with the log: ${entries} entries.\n`);
  expect(await rows()).toEqual(level);
});

test('takes no number of lines that is none', async () => {
  await expect(run('tail', '--lines', '-1')).rejects.toThrow('a whole number');
});
