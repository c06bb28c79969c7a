import { join } from 'node:path';
import { env } from 'node:process';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { keptVersions, loadConfig } from '../../gateway/config.ts';
import { diffPolicies } from '../../policies/diff-policies.ts';
import { PolicyError } from '../../policies/fault.ts';
import { otherChanges } from '../../policies/other-changes.ts';
import { TREATMENTS, type Treatment } from '../../policies/treatment.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { CATEGORIES } from '../../schema/classification.ts';
import { ACTORS } from '../../schema/signed-context.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { existingDate } from '../existing-date.ts';
import { parseNamedJson, readNamedJson } from '../named-file.ts';
import { check, describeCheck } from '../policy/check.ts';
import { describeDiff, describeOthers } from '../policy/describe-diff.ts';
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
    .addOption(new Option('--category <category>', 'only fields of this category').choices(CATEGORIES))
    .option('--field <prefix>', 'only coordinates that begin so')
    .option('--treatment <treatment>', 'only cells with this treatment', treatment)
    .option('--own', "only what the caller's department owns")
    .option('--person', 'only values of persons and sole proprietors')
    .option('--authorized', 'only what an authorization of the subject covers')
    .option('--csv', 'one cell a line, for a spreadsheet')
    .action((options: Common & MatrixFilters & { csv?: true }) =>
      guarded(() => {
        const rows = matrix(options, options, options.date);
        print(options, rows, () => (options.csv ? matrixCsv(rows) : matrixText(rows)));
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
        const { date } = options;
        const [old, now] = [loadVersion(before, options), loadVersion(after ?? options.policies, options)];
        const [cells, others] = [diffPolicies(old, now, date), otherChanges(old, now, date)];
        print(options, cells, () => describeDiff({ date, cells, others }, process.stdout.isTTY));
        // The JSON is the cells alone, as ever.
        if (options.json) process.stderr.write(describeOthers(others));
        const isLoosened = cells.some(({ direction }) => direction === 'LOOSENED');
        process.exitCode = isLoosened ? 3 : cells.length + others.length > 0 ? 2 : 0;
      }),
    );
}

function common(command: Command): Command {
  return command
    .option('--policies <directory>', 'policy directory', join(ROOT, 'policies'))
    .option('--supergraph <file>', 'composed schema', join(ROOT, 'schema/supergraph.graphql'))
    .option('--date <date>', 'city date the decisions are for', existingDate, cityToday(Date.now))
    .option('--json', 'print one JSON value');
}

function explain(coordinate: string | undefined, options: ExplainOptions): void {
  if (options.operation !== undefined) return explainFile(options.operation, options);
  const { purpose, actor, department, own = false, person = false, authorized = false } = options;
  const key = { purpose, actor, authorized, own, person, ...(department !== undefined && { department }) };
  if (coordinate === undefined)
    throw new Error('请给出字段 Type.field，或用 --operation 给出查询。 Give a coordinate, Type.field, or an --operation.');
  const explained = explainCell(options, { ...key, coordinate }, options.date);
  print(options, explained, () => describeCell(explained));
}

function explainFile(file: string, options: ExplainOptions): void {
  const { actor, department, purpose, authorized = false, date } = options;
  const caller = { actor, organization: '', developer: false, ...(department !== undefined && { department }) };
  const asked = { file, caller, purpose, authorized, variables: variablesOf(options.variables) };
  try {
    const explained = explainOperation(options, { ...asked, at: Date.parse(`${date}T12:00:00+08:00`) });
    print(options, explained, () => describeOperation(explained));
  } catch (error) {
    const refused = describeRefusal(error);
    print(options, { refused }, () => `${refused}\n`);
    process.exitCode = 4;
  }
}

function variablesOf(given: string): Record<string, unknown> {
  const read = given.startsWith('@') ? readNamedJson('--variables', given.slice(1)) : parseNamedJson('--variables', given);
  if (typeof read === 'object' && read !== null && !Array.isArray(read)) return { ...read };
  throw new Error(
    '--variables：应为 JSON 对象，如 {"by": …}，或 @文件。 --variables: expected a JSON object such as {"by": …}, or @FILE.',
  );
}

function treatment(text: string): Treatment {
  const known = TREATMENTS.find((name) => name === text.toUpperCase());
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`没有此处理方式。 Expected one of ${TREATMENTS.join(', ')}.`);
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
