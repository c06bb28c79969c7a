import type { Check, CheckOptions } from './check.ts';
import { compositionChecks } from './composition-checks.ts';
import { contextChecks } from './context-checks.ts';
import { costChecks } from './cost-checks.ts';
import { createTarget, NoAnswer } from './target.ts';

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
 * department that fails. One that does not answer the first is not asked again: it is at another address, or down.
 * It reads no record: its contexts carry the conformance purpose, or are refused.
 */
export async function checkSubgraph(options: CheckOptions): Promise<CheckResult[]> {
  const target = createTarget(options);
  const results: CheckResult[] = [];
  for (const { id, level, title, run } of [...contextChecks, ...compositionChecks(options), ...costChecks(options)]) {
    const error = await run(target).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
    );
    results.push({ id, level, title, passed: error === undefined, ...(error && { detail: error.message }) });
    if (results.length === 1 && error instanceof NoAnswer) break;
  }
  return results;
}

/** Whether the department may join: every MUST holds. */
export function isConforming(results: readonly CheckResult[]): boolean {
  return results.every(({ level, passed }) => passed || level === 'SHOULD');
}
