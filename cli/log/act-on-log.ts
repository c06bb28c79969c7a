import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import type { Db } from '../../database/db.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import type { ActOnRecord } from '../../gateway/acts/acts.ts';
import { actEntry } from '../../gateway/acts/acts.ts';
import { loadConfig } from '../../gateway/config.ts';
import type { QueryLogEntry } from '../../gateway/querylog/entry.ts';
import { storePolicyVersion } from '../../gateway/querylog/policy-versions.ts';
import { prepareLog } from '../../gateway/querylog/prepare-log.ts';
import { assertClockAgrees } from '../../gateway/querylog/watch-clock.ts';
import { loadRetention, type Retention } from '../../policies/retention.ts';
import { versionText } from '../../policies/versions.ts';
import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';
import { configuredPolicies } from '../configured-policies.ts';

/** What entries name as the purpose of acts on the log itself. */
const PURPOSE = 'LOG_RETENTION';

/** Who acts: an organisation and a work account. */
export interface Account {
  organization: string;
  operator: string;
}

/** What a command needs that changes what is kept of the log. */
export interface LogActs {
  db: Db;
  retention: Retention;
  /** The entry of an act that is made now. */
  entryOf(act: ActOnRecord): QueryLogEntry;
}

/** Opens the configured log, ready to be appended to, for a command that changes what is kept of it, which is itself on the log. */
export async function actOnLog<T>(environment: NodeJS.ProcessEnv, by: Account, work: (acts: LogActs) => Promise<T>): Promise<T> {
  const config = loadConfig(environment);
  const policies = configuredPolicies(config);
  const retention = loadRetention(config.policiesDirectory);
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDirectory });
  try {
    await assertClockAgrees(db, Date.now);
    await migrateLog(db);
    await prepareLog(db);
    await storePolicyVersion(db, { hash: policies.hash, content: versionText(policies) });
    const acting = { actor: 'CREDIT_OFFICE', ...by, purpose: PURPOSE, requestId: randomUUID() } as const;
    const entryOf = (act: ActOnRecord) => actEntry(acting, act, { policyHash: policies.hash, now: Date.now() });
    return await work({ db, retention, entryOf });
  } finally {
    await db.close();
  }
}

/** Brings the log's own schemas up to date. */
export async function migrateLog(db: Db): Promise<void> {
  const ours = (await findSchemas()).filter(({ schemaName }) => ['querylog', 'audit', 'review', 'exports'].includes(schemaName));
  for (const { folder, schemaName } of ours) await migrate(db, folder, schemaName);
}

/**
 * Reads an option such as `--by`, `organization/account`, which goes on the log.
 * @throws {Error} naming the option, where it holds an identity number.
 */
export function account(option: string): (text: string) => Account {
  return (text) => {
    const [, organization, operator] =
      /^([\p{L}\p{N}][\p{L}\p{N}._:@-]{0,63})\/([\p{L}\p{N}][\p{L}\p{N}._:@/-]{0,63})$/u.exec(
        withoutIdentityNumber(option, text),
      ) ?? [];
    if (organization !== undefined && operator !== undefined) return { organization, operator };
    throw new InvalidArgumentError('应为“机构/账号”。 Expected organization/account.');
  };
}

/** Reads a month, `YYYY-MM`. */
export function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError('应为月份 YYYY-MM。 Expected a month, YYYY-MM.');
}

/** The log keeps it for ever. A plain error, for commander's own would repeat the number. */
function withoutIdentityNumber(option: string, text: string): string {
  if (!holdsIdentityNumber(text)) return text;
  throw new Error(
    `${option} 含有身份证号码或个体工商户代码，日志不得留存，未作任何更改；请填写日志中的工作账号。 ` +
      `${option} holds the number of a person, which the log must never keep: nothing was changed. Name the work account as the log does.`,
  );
}
