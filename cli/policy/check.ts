import { maskExampleFaults } from '../../gateway/desensitization/mask-examples.ts';
import { checkPolicies } from '../../policies/check-policies.ts';
import { failuresOf, loadExamples } from '../../policies/examples-file.ts';
import { PolicyError } from '../../policies/fault.ts';
import type { PolicyFault } from '../../policies/fault.ts';
import { loadPolicies } from '../../policies/load-policies.ts';
import { loadRetention } from '../../policies/retention.ts';
import { readSchema } from './policy-sources.ts';
import type { SourceOptions } from './policy-sources.ts';

/** What `xinqiao policy check` reports. */
export interface CheckReport {
  ok: boolean;
  hash: string | null;
  version: string | null;
  purposes: number;
  coordinates: number;
  examples: number;
  findings: readonly (PolicyFault & { level: 'error' | 'warning'; check: string })[];
}

/** Loads the policies, holds them to their laws, and walks the examples and those of the masks. Never throws for a faulty policy. */
export function check(options: SourceOptions, today: string): CheckReport {
  try {
    const policies = loadPolicies(options.policies, readSchema(options).catalogue);
    const examples = loadExamples(options.policies);
    loadRetention(options.policies);
    const findings = [
      ...checkPolicies(policies),
      ...maskExampleFaults(policies.masks).map((fault) => ({ level: 'error' as const, check: 'mask-example', ...fault })),
      ...examples
        .flatMap((example) => failuresOf(example, policies, today))
        .map((fault) => ({ level: 'error' as const, check: 'example', ...fault })),
    ];
    return {
      ok: findings.every(({ level }) => level !== 'error'),
      hash: policies.hash,
      version: policies.version,
      purposes: policies.purposes.length,
      coordinates: policies.catalogue.size,
      examples: examples.length,
      findings,
    };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const findings = error.faults.map((fault) => ({ level: 'error' as const, check: 'load', ...fault }));
    return { ok: false, hash: null, version: null, purposes: 0, coordinates: 0, examples: 0, findings };
  }
}

/** The report as text. */
export function describeCheck(report: CheckReport): string {
  const lines = report.findings.map(
    ({ level, check: name, at, message }) => `${level === 'error' ? '错误' : '提醒'} [${name}] ${at}: ${message}`,
  );
  const counts = `${report.purposes} 个用途，${report.coordinates} 个字段和参数，${report.examples} 个示例`;
  const verdict = report.ok
    ? `政策可用。 Policies are sound: ${counts}\n版本 ${report.version}  ${report.hash}`
    : '政策不可用。 Policies are not sound.';
  return `${[...lines, verdict].join('\n')}\n`;
}
