import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatVerifierKey } from '../../gateway/querylog/signed-note.ts';
import { LOG } from '../../gateway/witness/witness.fixture.ts';
import { registerLog } from '../commands/log.ts';
import { logDirectory, runHere } from './log-directory.fixture.ts';

let log: Awaited<ReturnType<typeof logDirectory>>;
let exported: string;
beforeAll(async () => {
  log = await logDirectory();
  exported = path.join(log.directory, 'exported');
}, 60_000);
afterAll(() => log.close());

const run = (...args: string[]) => runHere(registerLog, ['log', ...args], log.environment);
const key = formatVerifierKey(LOG.verifierKey);

test('a log without a checkpoint is not exported', async () => {
  await log.append({});
  await expect(run('export', exported)).rejects.toThrow('日志还没有检查点');
});

test('an export is written, verified with the key from elsewhere, and brought up to date by what is new', async () => {
  await log.sign();
  expect(JSON.parse((await run('export', exported, '--json')).printed)).toEqual({ before: '0', size: '1', checkpoints: '1' });
  await log.append({}, {});
  await log.db.exec(`SET session_replication_role = replica; UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
  await log.sign();
  expect((await run('export', exported)).printed).toMatch(/^已导出 3 条记录（新增 2 条）、2 个检查点。/);
  const { printed, exitCode } = await run('verify', exported, '--key', key, '--json');
  expect({ ...(JSON.parse(printed) as object), exitCode }).toMatchObject({ size: '3', checkpoints: 2, faults: [], exitCode: 0 });
  expect((await run('verify', '--database', '--key', key)).printed).toMatch(/3 条记录、2 个检查点核验通过/);
});

test('an export without its checkpoints verifies by the newest alone, and says so', async () => {
  const bare = path.join(log.directory, 'bare');
  cpSync(exported, bare, { recursive: true });
  rmSync(path.join(bare, 'checkpoints'), { recursive: true });
  const said = async (directory: string) => (await run('verify', directory, '--key', key)).printed.includes('只核对了最新的一个');
  expect([await said(exported), await said(bare)]).toEqual([false, true]);
});

test('what was changed in an export has an exit code of its own, and is not written over', async () => {
  const bundle = path.join(exported, 'tile/entries/000.p/3');
  const bytes = readFileSync(bundle);
  writeFileSync(bundle, bytes.with(40, (bytes[40] ?? 0) ^ 1));
  const { printed, exitCode } = await run('verify', exported, '--key', key);
  expect(printed).toContain('CHANGED_ENTRY (10) index 0');
  expect(exitCode).toBe(10);
  await log.append({});
  await log.db.exec(`UPDATE querylog.checkpoint SET at = at - interval '1 hour'`);
  await log.sign();
  await run('export', exported);
  expect((await run('verify', exported, '--key', key)).exitCode).toBe(0);
  expect(existsSync(bundle)).toBe(false);
});

test.each([
  [['verify', 'exported', '--known', 'none'], '--known none'],
  [['operators', 'none'], '<file> none'],
  [['trace-export', 'none'], '<file> none'],
])('%j names the file that is not there, and by what it was named', async (given, named) => {
  await expect(run(...given)).rejects.toThrow(`${named}: there is no such file`);
});

test('a directory and a database at once are too much, as is neither', async () => {
  await expect(run('verify')).rejects.toThrow('请给出目录');
});
