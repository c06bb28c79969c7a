import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatVerifierKey } from '../../gateway/querylog/signed-note.ts';
import { runningExport } from '../../gateway/exports/exports.fixture.ts';
import { LOG } from '../../gateway/witness/witness.fixture.ts';
import { registerLog } from '../commands/log.ts';
import { logDirectory, runHere } from './log-directory.fixture.ts';

let log: Awaited<ReturnType<typeof logDirectory>>;
let archive: string;
beforeAll(async () => {
  log = await logDirectory();
  archive = path.join(log.directory, 'archive');
  const at = (time: string, count: number) => Array.from({ length: count }, () => ({ time }));
  await log.append(...at('2015-03-01T00:00:00.000Z', 260), ...at(new Date(Date.UTC(2026, 9, 1)).toISOString(), 260));
  await log.sign();
}, 60_000);
afterAll(() => log.close());

const run = (...args: string[]) => runHere(registerLog, ['log', ...args], log.environment);
const key = formatVerifierKey(LOG.verifierKey);
const BY = ['--by', 'credit-office/li.na'];

test('where nothing has expired nothing is written, and that is said', async () => {
  expect((await run('archive', archive, ...BY, '--before', '2010-01')).printed).toContain('There is nothing to archive');
  await expect(run('verify', archive)).rejects.toThrow('没有此目录');
});

test('nothing leaves the database before the read model has it', async () => {
  await expect(run('archive', archive, ...BY)).rejects.toThrow('xinqiao log index');
  await run('index');
  await expect(run('archive', archive, ...BY)).rejects.toThrow('复核规则尚未看过这些记录');
  await log.db.query('UPDATE review.progress SET next_seq = 520, snapshot_seq = 520');
});

test('waits for an auditor’s export that has yet to read what would leave', async () => {
  await log.db.query(runningExport(258));
  await expect(run('archive', archive, ...BY)).rejects.toThrow(/审计人员正在导出.*try again when it is done/);
  await log.db.query('DELETE FROM exports.export');
});

test('what expired by policy is archived, put on record, and verified from then on in the archive and with the database', async () => {
  const { printed } = await run('archive', archive, ...BY, '--json');
  expect(JSON.parse(printed)).toEqual({ before: expect.stringMatching(/^20\d\d-\d\d$/), entries: '260', archived: '260' });
  const tail = JSON.parse((await run('tail', '--lines', '1', '--json')).printed) as { entry: object };
  expect(tail.entry).toMatchObject({
    decision: 'ACTED',
    caller: { actor: 'CREDIT_OFFICE', organization: 'credit-office', operator: 'li.na' },
    act: { kind: 'LOG_ARCHIVED' },
  });
  for (const given of [[archive], [archive, '--database']]) {
    const verified = await run('verify', ...given, '--key', key, '--json');
    const { faults } = JSON.parse(verified.printed) as { faults: { kind: string }[] };
    // Entries of tests name a policy version that nobody kept.
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['UNKNOWN_POLICY']));
  }
  await expect(run('verify', '--database')).rejects.toThrow('前 260 条记录已归档');
});

test('a second run does nothing, and months that are not over stay', async () => {
  expect(JSON.parse((await run('archive', archive, ...BY, '--json')).printed)).toMatchObject({ entries: '0', archived: '260' });
  await expect(run('archive', archive, ...BY, '--before', '2099-01')).rejects.toThrow('只能归档已结束的月份');
  await expect(run('archive', archive, ...BY, '--before', 'May')).rejects.toThrow('YYYY-MM');
  await expect(run('archive', archive)).rejects.toThrow('--by');
});

test('an export elsewhere needs the archive for what has left', async () => {
  const elsewhere = path.join(log.directory, 'elsewhere');
  await expect(run('export', elsewhere)).rejects.toThrow('The first 260 entries are archived, and not in');
  const { printed } = await run('export', elsewhere, '--archive', archive, '--json');
  expect(JSON.parse(printed)).toMatchObject({ before: '0' });
  const { exitCode } = await run('verify', elsewhere, '--key', key);
  expect(exitCode).toBe(32);
});

test.each([
  ['was put back to before the archive does not verify with it', [['2015-03-01T00:00:00.000Z', 260]], 14, 'TRUNCATED'],
  [
    'went on from there neither',
    [
      ['2015-03-01T00:00:00.000Z', 260],
      ['2026-10-02T00:00:00.000Z', 300],
    ],
    15,
    'FORKED_CHECKPOINT',
  ],
] as const)(
  'a database that %s',
  async (_what, looks, exitCode, kind) => {
    const restored = await logDirectory();
    for (const [time, count] of looks) await restored.append(...Array.from({ length: count }, () => ({ time })));
    await restored.sign();
    const args = ['log', 'verify', archive, '--database', '--key', key, '--json'];
    const { printed } = await runHere(registerLog, args, restored.environment);
    expect(JSON.parse(printed)).toMatchObject({ exitCode, faults: [{ kind }] });
    await restored.close();
  },
  60_000,
);
