import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LockOwner, lockDirectory } from './directory-lock.ts';
import { openDatabase } from './open-database.ts';
import { makeDataDirectory } from '../test/support/database.ts';

const HOLDER = fileURLToPath(new URL('holder.fixture.ts', import.meta.url));
const TYPESCRIPT = new URL('../cli/typescript.js', import.meta.url).href;

let directory: string;
let children: ChildProcess[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'directory-'));
});
afterEach(async () => {
  await Promise.all(children.map(end));
  children = [];
  await rm(directory, { recursive: true, force: true });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A process that has the directory open; `lines` are the numbers it said were committed. */
async function holder(mode: 'write' | 'idle') {
  const child = spawn(process.execPath, ['--import', TYPESCRIPT, HOLDER, directory, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  const said = (count: number) => new Promise<void>((resolve) => reader.on('line', () => lines.length >= count && resolve()));
  reader.on('line', (line) => lines.push(line));
  await said(1);
  return { child, lines, said };
}

test('a directory open in another process is refused to a second owner, and worked on through the first by everybody else', async () => {
  const { child } = await holder('idle');
  await expect(openDatabase({ dataDirectory: directory, exclusive: true })).rejects.toMatchObject({
    name: 'DirectoryInUseError',
    pid: child.pid,
    message: expect.stringContaining(`正由进程 ${child.pid}`),
  });
  const through = await openDatabase({ dataDirectory: directory });
  expect(through.kind).toBe('channel');
  await through.transaction((tx) => tx.query(`INSERT INTO trial.thing VALUES (1, 'client')`));
  child.kill('SIGTERM');
  await once(child, 'exit');
  await through.close();
  const own = await openDatabase({ dataDirectory: directory });
  expect(own.kind).toBe('pglite');
  expect((await own.query('SELECT * FROM trial.thing')).rows).toEqual([{ id: 1n, writer: 'client' }]);
  // What was reported as committed is on the disk, not only in the system's memory.
  const settings = await own.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('wal_sync_method') AS method, current_setting('synchronous_commit') AS wait`,
  );
  expect(settings.rows).toEqual([{ fsync: 'on', method: 'fsync', wait: 'on' }]);
  await own.close();
}, 60_000);

test('nothing that was committed is lost to kill -9 in the middle of writing, and the directory opens again', async () => {
  await makeDataDirectory(directory);
  for (let round = 0; round < 2; round += 1) {
    const { child, lines, said } = await holder('write');
    await said(60);
    await end(child);
    const db = await openDatabase({ dataDirectory: directory, exclusive: true });
    const { rows } = await db.query<{ id: bigint }>('SELECT id FROM trial.thing ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, n) => BigInt(n + 1)));
    expect(rows.length).toBeGreaterThanOrEqual(Number(lines.at(-1)));
    await db.close();
  }
}, 120_000);

describe('the lock of a directory', () => {
  const dead = (token: string): LockOwner => ({ token, host: os.hostname(), pid: 2 ** 22 + 1, started: 'x', socket: '/nowhere' });
  const write = (name: string, owner: LockOwner) => writeFile(path.join(directory, name), JSON.stringify(owner));
  const locks = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => lockDirectory(directory, `/socket/${n}`)));

  test.each<[what: string, before: () => Promise<void>]>([
    ['free', async () => undefined],
    ['left by a dead process', () => write('lock', dead('a'))],
    ['left by a process whose number another one has now', () => write('lock', { ...dead('a'), pid: process.pid })],
    [
      'left by a process that died while it took over from a dead one',
      async () => {
        await write('lock', dead('a'));
        await write('lock.after.a', dead('b'));
        await write('lock.after.b', dead('c'));
      },
    ],
  ])('goes to exactly one of many when it is %s', async (_, before) => {
    for (let round = 0; round < 10; round += 1) {
      await before();
      const outcomes = await locks(8);
      const held = outcomes.filter((outcome) => outcome.held);
      expect(held).toHaveLength(1);
      expect(outcomes.flatMap((outcome) => (outcome.held ? [] : [outcome.owner.pid]))).toEqual(Array(7).fill(process.pid));
      for (const outcome of held) if (outcome.held) await outcome.release();
    }
    expect((await readdir(directory)).filter((name) => name !== 'lock')).toEqual([]);
  });

  test('of another host is never taken over, because nobody can tell whether it lives', async () => {
    await write('lock', { ...dead('a'), host: 'elsewhere' });
    expect(await lockDirectory(directory, '/socket')).toMatchObject({ held: false, owner: { host: 'elsewhere' } });
  });

  test('of another host is refused with the way out, for a machine that crashed and has another name now', async () => {
    await write('lock', { ...dead('a'), host: 'elsewhere' });
    await expect(openDatabase({ dataDirectory: directory, exclusive: true })).rejects.toThrow(
      `or elsewhere is what this machine was called, remove ${path.join(directory, 'lock')}.`,
    );
  });
});
