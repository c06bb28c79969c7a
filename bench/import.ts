/**
 * `npm run bench:import`: imports a generated licence file into PostgreSQL as `xinqiao import` does, and compares with two
 * rivals in the same run: the server's own COPY of the same file into one table of texts (no validation, no keys, no
 * versions: the ceiling), and one INSERT a row (what a script would do: the floor).
 * A workbook of as many rows, at most the 100,000 that are allowed, shows what memory an .xlsx file takes.
 * ROWS (default 1,000,000) and BENCH_DATABASE_URL (default postgres on 127.0.0.1) set size and server.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Db } from '../database/db.ts';
import { migrateAll } from '../database/migrate-all.ts';
import { openDatabase } from '../database/open-database.ts';
import { licenses } from '../subgraphs/licensing/import/licenses.ts';
import { importFile } from '../subgraphs/kit/import/import-file.ts';
import { HEADER, licenseRow, writeLicences, writeWorkbook } from './licence-file.ts';

const ROWS = Number(process.env['ROWS'] ?? 1_000_000);
const SERVER = process.env['BENCH_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SAMPLE_ROWS = Math.min(ROWS, 5_000);
const WORKBOOK_ROWS = Math.min(ROWS, 100_000);
const MEBIBYTE = 1024 * 1024;

interface Measured {
  seconds: number;
  peakMegabytes: number;
  accepted: number;
  unchanged: number;
  rejected: number;
}

if (process.argv[2] === 'child') await importInThisProcess(process.argv[3] ?? '', process.argv[4] ?? '');
else await compare();

async function compare(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-bench-'));
  // The server's COPY reads the file itself, as another user.
  await chmod(folder, 0o755);
  const file = path.join(folder, 'licences.csv');
  const server = await openDatabase({ databaseUrl: SERVER });
  const name = `xinqiao_bench_${randomUUID().slice(0, 8)}`;
  await server.exec(`create database ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const db = await openDatabase({ databaseUrl: url.href });
  try {
    const bytes = await writeLicences(file, ROWS);
    console.log(`${ROWS.toLocaleString('en')} licences, ${Math.round(bytes / MEBIBYTE)} MiB of CSV`);
    await migrateAll(db);
    const first = await inOtherProcess(url.href, file);
    report(
      'xinqiao import, all new',
      ROWS,
      first.seconds,
      `peak RSS ${first.peakMegabytes} MiB; accepted ${first.accepted}, rejected ${first.rejected}`,
    );
    const again = await inOtherProcess(url.href, file);
    report('xinqiao import, again', ROWS, again.seconds, `peak RSS ${again.peakMegabytes} MiB; unchanged ${again.unchanged}`);
    const workbook = path.join(folder, 'licences.xlsx');
    await writeWorkbook(workbook, WORKBOOK_ROWS);
    const sheet = await inOtherProcess(url.href, workbook);
    report(
      'xinqiao import of .xlsx, again',
      WORKBOOK_ROWS,
      sheet.seconds,
      `peak RSS ${sheet.peakMegabytes} MiB; unchanged ${sheet.unchanged}`,
    );
    const copy = await copyOnServer(db, file);
    report('rival: COPY by the server, text table', ROWS, copy, '');
    const single = await oneByOne(db);
    report(`rival: one INSERT a row (${SAMPLE_ROWS} rows)`, SAMPLE_ROWS, single, '');
    const ours = ROWS / first.seconds;
    console.log(
      `ratio to COPY ${(ours / (ROWS / copy)).toFixed(2)}, to single INSERTs ${(ours / (SAMPLE_ROWS / single)).toFixed(1)}`,
    );
  } finally {
    await db.close();
    await server.exec(`drop database ${name} with (force)`);
    await server.close();
    await rm(folder, { recursive: true });
  }
}

function report(what: string, rows: number, seconds: number, note: string): void {
  console.log(
    `${what.padEnd(42)} ${Math.round(rows / seconds)
      .toLocaleString('en')
      .padStart(9)} rows/s  ${seconds.toFixed(1)} s  ${note}`,
  );
}

/** A process of its own, so that its peak memory is that of the import and nothing else. */
function inOtherProcess(databaseUrl: string, file: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['child', databaseUrl, file]);
    child.once('message', (measured) => resolve(measured as Measured));
    child.once('exit', (code) => reject(new Error(`the import ended with code ${code}`)));
  });
}

async function importInThisProcess(databaseUrl: string, file: string): Promise<void> {
  const db = await openDatabase({ databaseUrl });
  const started = performance.now();
  const summary = await importFile({
    db,
    category: licenses,
    source: { path: file },
    officer: 'bench',
    subjectKey: 'bench',
    clock: Date.now,
    onProgress: ({ rows }) => process.stderr.isTTY && process.stderr.write(`\r${rows}`),
  });
  const seconds = (performance.now() - started) / 1000;
  await db.close();
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  process.send?.({ seconds, peakMegabytes, ...summary });
  process.disconnect();
}

async function copyOnServer(db: Db, file: string): Promise<number> {
  await db.exec(`create table raw_licence (${HEADER.map((_, index) => `c${index} text`).join(', ')})`);
  const started = performance.now();
  await db.exec(`copy raw_licence from '${file}' (format csv, header)`);
  return (performance.now() - started) / 1000;
}

async function oneByOne(db: Db): Promise<number> {
  await db.exec('truncate raw_licence; alter table raw_licence add primary key (c14)');
  const insert = `insert into raw_licence values (${HEADER.map((_, index) => `$${index + 1}`).join(', ')}) on conflict do nothing`;
  const started = performance.now();
  for (let index = 0; index < SAMPLE_ROWS; index++) await db.query(insert, licenseRow(index));
  return (performance.now() - started) / 1000;
}
