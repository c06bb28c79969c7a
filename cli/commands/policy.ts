import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { Option } from 'commander';
import type { Command } from 'commander';
import { keptVersions, loadConfig } from '../../gateway/config.ts';
import { diffPolicies } from '../../policies/diff-policies.ts';
import { PolicyError } from '../../policies/fault.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { ACTORS } from '../../schema/signed-context.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { check, describeCheck } from '../policy/check.ts';
import { describeDiff } from '../policy/describe-diff.ts';
import { describeCell, describeOperation } from '../policy/describe-explanation.ts';
import { describeRefusal, explainCell, explainOperation } from '../policy/explain.ts';
import { matrix, matrixCsv, matrixText } from '../policy/matrix.ts';
import type { MatrixFilters } from '../policy/matrix.ts';
import { loadVersion, ROOT } from '../policy/policy-sources.ts';
import type { SourceOptions } from '../policy/policy-sources.ts';

type Common = SourceOptions & { json?: true; date: string };
type ExplainOptions = Common & {
  purpose: string;
  actor: Actor;
  department?: string;
  own?: true;
  person?: true;
  authorized?: true;
  operation?: string;
  variables: string;
};

/**
 * Adds `xinqiao policy check | matrix | explain | diff`. Exit codes: 0 sound, printed or the same; 1 unsound, unknown or
 * unusable; 2 (`diff`) the versions differ; 3 (`diff`) and a cell was loosened; 4 (`explain --operation`) it would be refused.
 */
export function registerPolicy(program: Command): void {
  const policy = program
    .command('policy')
    .description('披露政策：校验、矩阵、解释、比较。 Check, print, explain or compare the disclosure policy');
  addCheck(policy);
  addMatrix(policy);
  addExplain(policy);
  addDiff(policy);
}

function addCheck(policy: Command): void {
  common(policy.command('check').description('校验政策文件并运行全部示例。 Check the policy files and walk all examples')).action(
    (options: Common) =>
      guarded(() => {
        const report = check(options, options.date);
        print(options, report, () => describeCheck(report));
        process.exitCode = report.ok ? 0 : 1;
      }),
  );
}

function addMatrix(policy: Command): void {
  common(policy.command('matrix').description('打印决定矩阵。 Print the decision table'))
    .option('--purpose <code>', 'only this purpose')
    .addOption(new Option('--actor <actor>', 'only this kind of caller').choices(ACTORS))
    .option('--category <category>', 'only fields of this category')
    .option('--field <prefix>', 'only coordinates that begin so')
    .option('--treatment <treatment>', 'only cells with this treatment')
    .option('--own', "only what the caller's department owns")
    .option('--person', 'only values of persons and sole proprietors')
    .option('--authorized', 'only what an authorization of the subject covers')
    .option('--csv', 'one cell a line, for a spreadsheet')
    .action((options: Common & MatrixFilters & { csv?: true }) =>
      guarded(() => {
        const rows = matrix(options, options, options.date);
        print(options, rows, () => (options.csv ? matrixCsv(rows) : matrixText(rows)));
        process.exitCode = rows.length === 0 ? 1 : 0;
      }),
    );
}

function addExplain(policy: Command): void {
  common(policy.command('explain').description('解释一个单元格或整个查询。 Explain one cell, or a whole operation'))
    .argument('[coordinate]', '`Type.field`')
    .requiredOption('--purpose <code>', 'purpose')
    .addOption(new Option('--actor <actor>', 'kind of caller').choices(ACTORS).makeOptionMandatory())
    .option('--department <code>', "the caller's department")
    .option('--own', "a value the caller's department owns")
    .option('--person', 'a value of a person or sole proprietor')
    .option('--authorized', 'with an authorization of the subject that covers the field, or all the operation asks for')
    .option('--operation <file>', 'a GraphQL operation instead of one coordinate')
    .option('--variables <json>', "the operation's variables; @FILE reads them from a file", '{}')
    .action((coordinate: string | undefined, options: ExplainOptions) => guarded(() => explain(coordinate, options)));
}

function addDiff(policy: Command): void {
  common(policy.command('diff').description('比较两个版本。 List the cells two versions decide differently'))
    .argument('<before>', 'directory, kept hash or git revision')
    .argument('[after]', 'the same; the policy directory when left out')
    .option('--versions <directory>', 'versions kept by hash', keptVersions(loadConfig(env)))
    .action((before: string, after: string | undefined, options: Common) =>
      guarded(() => {
        const changes = diffPolicies(loadVersion(before, options), loadVersion(after ?? options.policies, options), options.date);
        print(options, changes, () => describeDiff(changes, process.stdout.isTTY));
        process.exitCode = changes.length === 0 ? 0 : changes.some(({ direction }) => direction === 'LOOSENED') ? 3 : 2;
      }),
    );
}

function common(command: Command): Command {
  return command
    .option('--policies <directory>', 'policy directory', join(ROOT, 'policies'))
    .option('--supergraph <file>', 'composed schema', join(ROOT, 'schema/supergraph.graphql'))
    .option('--date <date>', 'city date the decisions are for', cityToday(Date.now))
    .option('--json', 'print one JSON value');
}

function explain(coordinate: string | undefined, options: ExplainOptions): void {
  if (options.operation !== undefined) return explainFile(options.operation, options);
  const { purpose, actor, department, own = false, person = false, authorized = false } = options;
  const key = { purpose, actor, authorized, own, person, ...(department !== undefined && { department }) };
  const explained = coordinate === undefined ? undefined : explainCell(options, { ...key, coordinate }, options.date);
  if (!explained)
    throw new PolicyError([
      {
        at: coordinate ?? 'explain',
        message: `没有此字段，或用途 ${purpose} 当日无效。 No such coordinate, or ${purpose} is not in force.`,
      },
    ]);
  print(options, explained, () => describeCell(explained));
}

function explainFile(file: string, options: ExplainOptions): void {
  const { actor, department, purpose, authorized = false, date } = options;
  const caller = { actor, organization: '', developer: false, ...(department !== undefined && { department }) };
  const variables = JSON.parse(
    options.variables.startsWith('@') ? readFileSync(options.variables.slice(1), 'utf8') : options.variables,
  ) as Record<string, unknown>;
  const asked = { file, caller, purpose, authorized, variables };
  try {
    const explained = explainOperation(options, { ...asked, at: Date.parse(`${date}T12:00:00+08:00`) });
    print(options, explained, () => describeOperation(explained));
  } catch (error) {
    const refused = describeRefusal(error);
    print(options, { refused }, () => `${refused}\n`);
    process.exitCode = 4;
  }
}

function print({ json }: Common, value: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : text());
}

/** A faulty policy is an answer, not a crash: each fault on a line of its own. */
function guarded(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
