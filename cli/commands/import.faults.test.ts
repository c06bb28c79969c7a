import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeLicences } from '../../bench/licence-file.ts';
import type { Db, Queryable } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import { licenses } from '../../subgraphs/licensing/import/licenses.ts';
import { type RunningCommand, runCommand, startCommand } from '../../test/support/command.ts';
import { makeDataDirectory, openTestDatabase } from '../../test/support/database.ts';

/** A process starts in two seconds where it is alone, and in many where eight others are starting. */
const PROCESSES_MS = 180_000;
const SUBJECT_KEY = 'a key for tests that is 32 characters or longer';
/** Several chunks of 2,000. */
const ROWS = 6_000;

let folder: string;
let file: string;
let complete: Record<string, unknown>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-killed-'));
  file = path.join(folder, 'licences.csv');
  await writeLicences(file, ROWS);
  const db = await openTestDatabase();
  const source = { path: file };
  await importFile({ db, category: licenses, source, officer: 'x', subjectKey: SUBJECT_KEY, clock: Date.now });
  complete = await contentOf(db);
  await db.close();
}, PROCESSES_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All that the file says, as the table has it. */
async function contentOf(db: Queryable): Promise<Record<string, unknown>> {
  const { rows } = await db.query(`
    select count(*)::int as count, max(version) as version, (select count(*)::int from licensing.license_version) as superseded,
      md5(string_agg(content_hash || subject_id || line, ',' order by decision_document_no)) as content
    from licensing.license`);
  return rows[0] ?? {};
}

describe('an import killed in the middle of a file', { timeout: PROCESSES_MS }, () => {
  let environment: Record<string, string>;
  let dataDirectory: string;
  let server: RunningCommand;
  let db: Db | undefined;

  const ready = async () => {
    server = startCommand(['start', '--empty'], environment);
    await server.untilSaid('Xinqiao is ready');
    db = await openDatabase({ dataDirectory });
  };
  const args = () => ['import', 'licenses', file, '--department', 'licensing', '--officer', 'x', '--json'];
  /** Resolves in the middle of the import: some chunks are stored, and the batch is not finished. */
  const stored = async (importing: RunningCommand) => {
    for (;;) {
      const rows = (await db?.query<{ n: number }>('select count(*)::int as n from licensing.license'))?.rows;
      if ((rows?.[0]?.n ?? 0) > 0) return rows?.[0]?.n ?? 0;
      if (!importing.isRunning()) throw new Error(`ended before its first chunk:\n${importing.lines.join('\n')}`);
    }
  };

  beforeEach(async () => {
    dataDirectory = await mkdtemp(path.join(folder, 'data-'));
    await makeDataDirectory(dataDirectory);
    environment = { NODE_ENV: 'development', PORT: '0', XINQIAO_DATA: dataDirectory, XINQIAO_SUBJECT_KEY: SUBJECT_KEY };
    await ready();
  }, PROCESSES_MS);
  afterEach(async () => {
    await db?.close();
    await server.stop('SIGKILL');
  }, PROCESSES_MS);

  test('leaves whole chunks, and the file again completes it, beside a server that runs on', async () => {
    const importing = startCommand(args(), environment);
    const before = await stored(importing);
    expect(await importing.stop('SIGKILL')).toBe('SIGKILL');
    expect(before).toBeLessThan(ROWS);
    const left = await contentOf(db as Db);
    expect((left['count'] as number) % 2_000).toBe(0);

    const { end, stdout, stderr } = await runCommand(args(), environment);
    expect({ end, stderr }).toEqual({ end: 0, stderr: '' });
    const { accepted, unchanged, rejected } = JSON.parse(stdout) as Record<string, number>;
    expect({ accepted, unchanged, rejected }).toEqual({
      accepted: ROWS - (left['count'] as number),
      unchanged: left['count'],
      rejected: 0,
    });
    expect(await contentOf(db as Db)).toEqual(complete);
    const { rows } = await (db as Db).query(
      'select finished_at is not null as finished, accepted from licensing.batch order by started_at',
    );
    expect(rows).toEqual([
      { finished: false, accepted: 0 },
      { finished: true, accepted },
    ]);
  });

  test('says so when it is the server that was killed, and the file again completes it after a restart', async () => {
    const importing = startCommand(args(), environment);
    await stored(importing);
    expect(await server.stop('SIGKILL')).toBe('SIGKILL');
    expect(await importing.ended).toBe(1);
    expect(importing.lines.join('\n')).toMatch(/再导入一次.*import it again/);
    expect(importing.lines.join('\n')).not.toMatch(/\n\s+at /);
    await db?.close();
    await ready();
    const { end } = await runCommand(args(), environment);
    expect(end).toBe(0);
    expect(await contentOf(db as Db)).toEqual(complete);
  });
});
