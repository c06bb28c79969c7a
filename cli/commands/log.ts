import { env } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { DatabaseError, type Db } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import { logSize, type PositionedEntry, readEntries } from '../../gateway/querylog/read-entries.ts';
import { registerLogIndex } from '../log/index-command.ts';
import { ENTRY_TITLES, entryCells } from '../log/describe-entry.ts';
import { registerLogArchive } from '../log/archive-command.ts';
import { registerLogErase } from '../log/erase-command.ts';
import { registerLogExport } from '../log/export-command.ts';
import { registerLogOperators } from '../log/operators-command.ts';
import { registerLogReview } from '../log/review-command.ts';
import { registerTraceExport } from '../log/trace-command.ts';
import { registerLogVerify } from '../log/verify-command.ts';
import { table } from '../policy/table.ts';

/** How often `--follow` looks for new entries. */
const FOLLOW_MS = 500;
/** Entries read in one statement. */
const PAGE_ENTRIES = 500;
/** SQLSTATE undefined_table: no gateway has written here yet. */
const UNDEFINED_TABLE = '42P01';

interface TailOptions {
  lines: number;
  follow?: true;
  json?: true;
}

/**
 * Adds `xinqiao log tail`, the newest entries of the query log, and `log index`, `export`, `verify`, `review`, `operators`, `archive`,
 * `erase` and `trace-export`. Exit codes: 0 printed; 1 no log here, or it cannot be read.
 */
export function registerLog(program: Command, environment: NodeJS.ProcessEnv = env): void {
  const log = program.command('log').description('查看查询日志。 Read the query log');
  log
    .command('tail')
    .description('显示最近的查询记录。 Show the newest entries')
    .option('--lines <number>', 'how many', wholeNumber, 20)
    .option('--follow', 'go on with new entries until interrupted')
    .option('--json', 'print one JSON value a line: {index, entry}')
    .action((options: TailOptions) => tail(options, environment));
  registerLogIndex(log, environment);
  registerLogExport(log, environment);
  registerLogVerify(log, environment);
  registerLogReview(log, environment);
  registerLogOperators(log, environment);
  registerLogArchive(log, environment);
  registerLogErase(log, environment);
  registerTraceExport(log, environment);
}

async function tail(options: TailOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { databaseUrl, dataDirectory } = loadConfig(environment);
  const db = await openDatabase({ databaseUrl, dataDirectory });
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    const size = await logSize(db);
    let next = size > BigInt(options.lines) ? size - BigInt(options.lines) : 0n;
    next = await print(db, next, { ...options, titles: true });
    while (options.follow && !interrupted.signal.aborted) {
      await delay(FOLLOW_MS, undefined, { signal: interrupted.signal }).catch(() => undefined);
      next = await print(db, next, { ...options, titles: false });
    }
  } catch (error) {
    throw error instanceof DatabaseError && error.sqlState === UNDEFINED_TABLE
      ? new Error('此处尚无查询日志。 There is no query log here yet: run `xinqiao start` first.')
      : error;
  } finally {
    process.off('SIGINT', interrupt);
    await db.close();
  }
}

/** Prints everything from index `from` on; returns the index to go on from. */
async function print(db: Db, from: bigint, { json, titles }: TailOptions & { titles: boolean }): Promise<bigint> {
  for (let next = from, first = titles; ; first = false) {
    const entries = await readEntries(db, next, PAGE_ENTRIES);
    if (entries.length > 0 || first) process.stdout.write(json ? asJson(entries) : asTable(entries, first));
    next = (entries.at(-1)?.index ?? next - 1n) + 1n;
    if (entries.length < PAGE_ENTRIES) return next;
  }
}

/** The index as text: it may exceed what a JSON number holds. */
function asJson(entries: readonly PositionedEntry[]): string {
  return entries.map(({ index, entry }) => `${JSON.stringify({ index: index.toString(), entry })}\n`).join('');
}

function asTable(entries: readonly PositionedEntry[], titles: boolean): string {
  return table([...(titles ? [ENTRY_TITLES] : []), ...entries.map(entryCells)]);
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('应为不超过 999999 的整数。 Expected a whole number up to 999999.');
}
