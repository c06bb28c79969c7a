import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import type { Alert } from '../../gateway/review/alert.ts';
import { keepAlerts } from '../../gateway/review/keep-reviewed.ts';
import { reviewHistory } from '../../gateway/review/review-history.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { existingDate } from '../existing-date.ts';
import { configuredPolicies } from '../configured-policies.ts';
import { progressLine } from './progress-line.ts';

interface ReviewOptions {
  from: string;
  to: string;
  dryRun?: true;
  json?: true;
}

/**
 * Adds `xinqiao log review`: reviews days of the log anew, by the rules as they are now. The same alerts have the same ids, so doing it
 * again puts nothing twice into the queue. Exit codes: 0 reviewed; 1 the log or the policies cannot be read.
 */
export function registerLogReview(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('review')
    .description('按复核规则重新检查查询记录。 Review days of the log anew, by the rules as they are now')
    .option('--from <date>', 'first city day, YYYY-MM-DD', existingDate, '1970-01-01')
    .option('--to <date>', 'last city day', existingDate, cityToday(Date.now))
    .option('--dry-run', 'print what is found, put nothing into the queue')
    .option('--json', 'print one JSON value a line: alerts, then a summary')
    .action((options: ReviewOptions) => review(options, environment));
}

async function review({ from, to, dryRun, json }: ReviewOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  if (from > to)
    throw new Error(
      `--from ${from} 晚于 --to ${to}，没有可复核的日期。 --from ${from} is after --to ${to}: there is no day to review.`,
    );
  const config = loadConfig(environment);
  const { databaseUrl, dataDirectory } = config;
  const policy = configuredPolicies(config);
  const db = await openDatabase({ databaseUrl, dataDirectory });
  const progress = progressLine(process.stderr, () => performance.now());
  const summary = { entries: 0n, accesses: 0, unexplained: 0, alerts: 0, new: 0 };
  try {
    for (const { schemaName, folder } of await findSchemas())
      if (schemaName === 'querylog' || schemaName === 'review') await migrate(db, folder, schemaName);
    for await (const { alerts, done, total, accesses, unexplained } of reviewHistory(db, policy, { from, to })) {
      if (dryRun === undefined) summary.new += await keepAlerts(db, alerts);
      progress.clear();
      process.stdout.write(alerts.map((alert) => (json ? asJson(alert) : asText(alert))).join(''));
      progress.show(done, total);
      summary.entries = done;
      summary.accesses += accesses;
      summary.unexplained += unexplained;
      summary.alerts += alerts.length;
    }
  } finally {
    progress.clear();
    await db.close();
  }
  process.stdout.write(json ? `${JSON.stringify({ ...summary, entries: String(summary.entries) })}\n` : inWords(summary, dryRun));
}

function asText({ id, rule, day, sentence }: Alert): string {
  return `${day} ${rule} ${id} ${sentence}\n`.replace(/\p{Cc}(?!$)/gu, '�');
}

/** Positions as text: they may exceed what a JSON number holds. */
function asJson({ entries, ...alert }: Alert): string {
  return `${JSON.stringify({ ...alert, entries: entries.map(String) })}\n`;
}

function inWords(
  summary: { entries: bigint; accesses: number; unexplained: number; alerts: number; new: number },
  dryRun: true | undefined,
): string {
  const { entries, accesses, unexplained, alerts } = summary;
  const share = accesses === 0 ? 100 : ((accesses - unexplained) / accesses) * 100;
  return `检查 ${entries} 条，其中 ${accesses} 次查得信息，${share.toFixed(2)}% 自动说明；提示 ${alerts} 件，${dryRun ? '未入队列' : `新入队列 ${summary.new} 件`}。 ${entries} entries reviewed, ${accesses} accesses, ${share.toFixed(2)} % explained; ${alerts} alerts, ${dryRun ? 'none queued' : `${summary.new} new`}.\n`;
}
