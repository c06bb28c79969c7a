import type { Command } from 'commander';
import { type Erasure, eraseTexts } from '../../gateway/sealed/sealed-texts.ts';
import { normalText, readMatter } from '../../gateway/purpose/read-matter.ts';
import { appendInTransaction } from '../../gateway/querylog/log-writer.ts';
import type { Retention } from '../../policies/retention.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { isSubjectId, type SubjectId } from '../../schema/identifiers/subject-id.ts';
import { type Account, account, actOnLog, month } from './act-on-log.ts';
import { lockEnd } from '../../gateway/querylog/lock-end.ts';

interface EraseOptions {
  by: Account;
  subject?: SubjectId;
  operator?: Account;
  matter?: string;
  before?: string;
  expired?: true;
  json?: true;
}

/** Adds `xinqiao log erase`. Exit codes: 0 erased, and on record; 1 nothing was erased, and why. */
export function registerLogErase(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('erase')
    .description(
      '擦除日志旁封存的姓名等文字，日志及其证明不变。 Erase names sealed beside the log; entries and proofs stay as they are',
    )
    .requiredOption('--by <organization/account>', 'who does it, as the log is to name them', account('--by'))
    .option('--subject <id>', 'the names of a subject, by its opaque id (o-… or p-…)', opaqueId)
    .option('--operator <organization/account>', 'the name of an operator', account('--operator'))
    .option('--matter <number>', 'what was said of a case', caseNumber)
    .option('--before <month>', 'everything of the months before this one (YYYY-MM)', month)
    .option('--expired', 'everything whose retention by policy is over')
    .option('--json', 'print one JSON value {object, erased}')
    .action((options: EraseOptions) => erase(options, environment));
}

async function erase(options: EraseOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  await actOnLog(environment, options.by, async ({ db, retention, entryOf }) => {
    const erasure = erasureOf(options, retention);
    const object = 'beforeMonth' in erasure ? erasure.beforeMonth : erasure.owner;
    const isSubject = 'kind' in erasure && erasure.kind === 'SUBJECT';
    // Both or neither: dying before the commit has erased nothing.
    const erased = await db.transaction(async (tx) => {
      await lockEnd(tx);
      const count = await eraseTexts(tx, erasure);
      await appendInTransaction(tx, entryOf({ kind: 'TEXTS_ERASED', object, ...(isSubject && { subjects: [object] }) }));
      return count;
    });
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ object, erased })}\n`
        : `已擦除 ${erased} 条文字（${object}），并已记入日志。 Erased, and on the log.\n`,
    );
  });
}

function erasureOf({ subject, operator, matter, before, expired }: EraseOptions, retention: Retention): Erasure {
  const asked: Erasure[] = [
    ...(subject === undefined ? [] : [{ kind: 'SUBJECT', owner: subject } as const]),
    ...(operator === undefined ? [] : [{ kind: 'OPERATOR', owner: `${operator.organization}/${operator.operator}` } as const]),
    ...(matter === undefined ? [] : [{ kind: 'MATTER', owner: matter } as const]),
    ...(before === undefined ? [] : [{ beforeMonth: before }]),
    ...(expired ? [{ beforeMonth: retention.keptFrom('sealedTexts', cityToday(Date.now)) }] : []),
  ];
  const [only] = asked;
  if (only !== undefined && asked.length === 1) return only;
  throw new Error(
    '请给出 --subject、--operator、--matter、--before、--expired 之一。 Give exactly one of --subject, --operator, --matter, --before, --expired.',
  );
}

/** A plain error, which does not repeat what was given, as commander's would: it may be anybody's number or name. */
function opaqueId(text: string): SubjectId {
  if (isSubjectId(text)) return text;
  throw new Error(
    '--subject 应为日志中的主体编号（o- 或 p- 开头，共 24 个字符），不能是证件号码或代码，未作任何更改；编号见 xinqiao log tail --json。 ' +
      '--subject takes a subject’s id as the log has it (o-… or p-…, 24 characters), no number or code of anybody: nothing was changed. `xinqiao log tail --json` shows the ids.',
  );
}

/** As a query may name one: no other is on the log, nor may get there by its erasure. */
function caseNumber(text: string): string {
  try {
    return readMatter(normalText(text)) ?? text;
  } catch {
    throw new Error(
      '--matter 应为办件编号：至多 128 个可见字符，不含身份证号码或个体工商户代码，未作任何更改。 ' +
        '--matter takes a case number as the log has it: at most 128 visible characters, no number of a person; nothing was changed.',
    );
  }
}
