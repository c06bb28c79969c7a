import type { Command } from 'commander';
import { archiveLog } from '../../gateway/archive/archive-log.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { type Account, account, actOnLog, month } from './act-on-log.ts';
import { progressLine } from './progress-line.ts';

interface ArchiveOptions {
  by: Account;
  before?: string;
  json?: true;
}

/** Adds `xinqiao log archive DIR`. Exit codes: 0 archived, or nothing to archive; 1 nothing was taken out of the database, and why. */
export function registerLogArchive(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('archive')
    .description(
      '将超过留存期限的月份归档并移出数据库。 Archive the months whose retention is over, and take them out of the database',
    )
    .argument('<directory>', 'the archive, always the same one; verified by `xinqiao log verify`')
    .requiredOption('--by <organization/account>', 'who does it, as the log is to name them', account('--by'))
    .option('--before <month>', 'archive all closed months before this one (YYYY-MM); unset = those expired by policy', month)
    .option('--json', 'print one JSON value {before, entries, archived}')
    .action((directory: string, options: ArchiveOptions) => archive(directory, options, environment));
}

async function archive(directory: string, options: ArchiveOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const progress = progressLine(process.stderr, () => performance.now());
  await actOnLog(environment, options.by, async ({ db, retention, entryOf }) => {
    const before = options.before ?? retention.keptFrom('queryLog', cityToday(Date.now));
    if (before > new Date().toISOString().slice(0, 7))
      throw new Error('只能归档已结束的月份。 Only months that have ended can be archived.');
    const { entries, archived } = await archiveLog({
      db,
      directory,
      before,
      entryOf: (digest) => entryOf({ kind: 'LOG_ARCHIVED', object: before, digest }),
      onProgress: progress.show,
    });
    progress.clear();
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ before, entries: entries.toString(), archived: archived.toString() })}\n`
        : archived === 0n
          ? `${before} 以前没有可归档的记录，未写入任何文件。 There is nothing to archive; nothing was written.\n`
          : `${before} 以前：归档 ${entries} 条，累计 ${archived} 条。 Archived; verify with: xinqiao log verify ${directory} --database\n`,
    );
  });
}
