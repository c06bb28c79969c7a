import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { parseMasks } from '../../policies/masks-file.ts';
import type { SupergraphChanges } from '../../schema/compare.ts';
import { compareSupergraphs, needsConsent } from '../../schema/compare.ts';
import { composeSupergraph } from '../../schema/compose.ts';
import type { CompositionFault } from '../../schema/composition/fault.ts';
import { loadSubgraphs } from '../../schema/load-subgraphs.ts';
import { commitOf, git } from '../git.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUPERGRAPH = 'schema/supergraph.graphql';
const NOTHING_BEFORE = '所比较的版本没有此文件，全部为新增。 There is no such file to compare with: all of it is new.';
const EXIT = { done: 0, notComposable: 1, stale: 2, needsConsent: 3 } as const;

interface ComposeOptions {
  check?: true;
  against?: string;
  failOnBreaking?: true;
  json?: true;
  root: string;
}

/** What `xinqiao compose --json` prints. */
interface ComposeReport {
  outcome: 'written' | 'unchanged' | 'stale' | 'not-composable';
  faults: readonly CompositionFault[];
  hints: readonly string[];
  /** What differs from the committed supergraph; null when the revision has none, and everything is new. */
  changes: SupergraphChanges | null;
}

/**
 * Adds `xinqiao compose`: composes the departments' schemas into schema/supergraph.graphql and reports what changed since
 * the committed one. Exit codes: 0 done, 1 does not compose, 2 the file is stale (`--check`), 3 the changes need consent
 * (`--fail-on-breaking`). Without a git clone, or before its first commit, the file on disk is compared with.
 */
export function registerCompose(program: Command): void {
  program
    .command('compose')
    .description('合成超级图并报告变更。 Compose the supergraph and report what changed since the last commit')
    .option('--check', 'write nothing; exit 2 when schema/supergraph.graphql is stale')
    .option('--against <revision>', 'git revision to compare with (default: HEAD)')
    .option('--fail-on-breaking', 'exit 3 when clients may break or a class was loosened')
    .option('--json', 'print one JSON value')
    .option('--root <folder>', 'folder of the project', ROOT)
    .action((options: ComposeOptions) => {
      const report = compose(options);
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : described(report));
      process.exitCode = exitCode(report, options);
    });
}

function compose({ root, check, against }: ComposeOptions): ComposeReport {
  const revision = revisionOf(root, against);
  const composed = composeSupergraph(loadSubgraphs(root), maskNames(root));
  if (!composed.ok) return { outcome: 'not-composable', faults: composed.faults, hints: [], changes: null };
  const path = join(root, SUPERGRAPH);
  const onDisk = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const before = revision === undefined ? onDisk : git(root, ['show', `${revision}:./${SUPERGRAPH}`]);
  const changes = before === undefined ? null : compareSupergraphs(before, composed.supergraphSdl);
  const fresh = onDisk === composed.supergraphSdl;
  if (!fresh && !check) writeFileSync(path, composed.supergraphSdl);
  const outcome = fresh ? 'unchanged' : check ? 'stale' : 'written';
  return { outcome, faults: [], hints: composed.hints, changes };
}

function maskNames(root: string): ReadonlySet<string> {
  const file = 'policies/masks.yaml';
  const { masks, faults } = parseMasks(file, readFileSync(join(root, file), 'utf8'));
  if (faults.length > 0)
    throw new Error(`${file} 有误，见 xinqiao policy check。 ${file} has faults; see \`xinqiao policy check\`.`);
  return new Set(masks.keys());
}

/** The commit to compare with; undefined where none was named and there is none. @throws {Error} for a name that is no revision. */
function revisionOf(root: string, named: string | undefined): string | undefined {
  const revision = commitOf(root, named ?? 'HEAD');
  if (revision !== undefined || named === undefined) return revision;
  // Compared with itself, every change would pass for none.
  throw new Error(
    `--against：没有 git 版本 ${named}，无法比较；请核对名称，浅克隆请先 git fetch。 ` +
      `--against: there is no git revision ${named} to compare with; check the name, and git fetch it in a shallow clone.`,
  );
}

function exitCode({ outcome, changes }: ComposeReport, { failOnBreaking }: ComposeOptions): number {
  if (outcome === 'not-composable') return EXIT.notComposable;
  if (outcome === 'stale') return EXIT.stale;
  return failOnBreaking && changes !== null && needsConsent(changes) ? EXIT.needsConsent : EXIT.done;
}

function described({ outcome, faults, hints, changes }: ComposeReport): string {
  const lines = [
    {
      written: `已写入 ${SUPERGRAPH}。 Written.`,
      unchanged: `${SUPERGRAPH} 无需更新。 It is up to date.`,
      stale: `${SUPERGRAPH} 已过期，请运行 xinqiao compose。 It is stale: run \`xinqiao compose\`.`,
      'not-composable': '各部门的模式无法合成： The schemas do not compose:',
    }[outcome],
    ...(changes === null && outcome !== 'not-composable' ? [NOTHING_BEFORE] : []),
    ...faults.map(
      ({ code, subgraph, coordinate, message }) => `  ${code} ${[subgraph, coordinate].filter(Boolean).join(' ')}: ${message}`,
    ),
    ...hints.map((hint) => `  hint: ${hint}`),
    ...(changes?.breaking ?? []).map(({ description }) => `  BREAKING ${description}`),
    ...(changes?.dangerous ?? []).map(({ description }) => `  dangerous ${description}`),
    ...(changes?.classification ?? []).map(
      ({ coordinate, change, before, after }) => `  ${change} ${coordinate}: ${before} → ${after}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
