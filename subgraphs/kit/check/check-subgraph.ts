import type { SubgraphSdl } from '../../../schema/compose.ts';
import { compositionChecks } from './composition-checks.ts';
import { contextChecks } from './context-checks.ts';
import { costChecks } from './cost-checks.ts';
import { createTarget } from './target.ts';
import type { Target } from './target.ts';

/** What the conformance test needs: where the department answers, and a key it trusts. */
export interface CheckOptions {
  /** Its GraphQL address, `http://host:port/graphql`. */
  url: string;
  /** Its code: the audience of contexts, and its name in the composition. */
  department: string;
  /** Private key (PEM) whose public half the department holds. */
  privateKey: string;
  /** The other departments' schemas, to compose with. */
  others: readonly SubgraphSdl[];
  /** Names of the masks a field may declare. */
  masks: ReadonlySet<string>;
  /** Real subjects to count statements with; without them the lists are empty and nested lists are not reached. */
  subjects: readonly string[];
}

/** One requirement. Ids are stable: an owner quotes them. */
export interface Check {
  id: string;
  level: 'MUST' | 'SHOULD';
  title: string;
  /** Resolves when it holds; rejects with an Error saying what was seen instead. */
  run: (target: Target) => Promise<void>;
}

/** The verdict on one requirement. */
export interface CheckResult {
  id: string;
  level: Check['level'];
  title: string;
  passed: boolean;
  /** What was seen, when it did not pass. */
  detail?: string;
}

/**
 * Runs every check against a department's server, one after the other, and gives each verdict; never rejects for a
 * department that fails. It reads no record: its contexts carry the conformance purpose, or are refused.
 */
export async function checkSubgraph(options: CheckOptions): Promise<CheckResult[]> {
  const target = createTarget(options);
  const results: CheckResult[] = [];
  for (const { id, level, title, run } of [...contextChecks, ...compositionChecks(options), ...costChecks(options)]) {
    const detail = await run(target).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    results.push({ id, level, title, passed: detail === undefined, ...(detail !== undefined && { detail }) });
  }
  return results;
}

/** Whether the department may join: every MUST holds. */
export function isConforming(results: readonly CheckResult[]): boolean {
  return results.every(({ level, passed }) => passed || level === 'SHOULD');
}
