import type { Clock } from '../schema/city-clock.ts';
import type { Catalogue } from '../schema/classification.ts';
import { PolicyError } from './fault.ts';
import type { PolicyFault } from './fault.ts';
import { loadPolicies } from './load-policies.ts';
import type { PolicySet } from './policy-set.ts';

/** What a reload did. When it failed, what was before it stays in force. */
export interface ReloadReport {
  loaded: boolean;
  changed: boolean;
  /** Hash of the policies now in force. */
  hash: string;
  faults: readonly PolicyFault[];
  /** When, in milliseconds since the epoch. */
  at: number;
}

/** The policies in force, replaceable without a restart. */
export interface CurrentPolicies {
  current(): PolicySet;
  /** Loads the directory again. Never throws: a bad file keeps the old policies and the report says why. */
  reload(): ReloadReport;
  /**
   * Loads the directory for another schema, which {@link reload} then keeps to.
   * @throws {PolicyError} when the policies cannot decide it, and keeps policies and schema as they were.
   */
  adopt(catalogue: Catalogue): PolicySet;
}

export interface PoliciesOptions {
  directory: string;
  catalogue: Catalogue;
  clock: Clock;
  /** Given every version before it is in force, to keep it; what it throws refuses the version. */
  keep?: (policies: PolicySet) => void;
}

/** Loads the policies. @throws {PolicyError} when they cannot be used: a gateway without policies must not start. */
export function createPolicies({ directory, catalogue, clock, keep }: PoliciesOptions): CurrentPolicies {
  const load = (schema: Catalogue) => {
    const policies = loadPolicies(directory, schema);
    keep?.(policies);
    return policies;
  };
  let policies = load(catalogue);

  return {
    current: () => policies,
    reload() {
      const before = policies.hash;
      try {
        policies = load(policies.catalogue);
        return { loaded: true, changed: policies.hash !== before, hash: policies.hash, faults: [], at: clock() };
      } catch (error) {
        return { loaded: false, changed: false, hash: before, faults: faultsOf(error, directory), at: clock() };
      }
    },
    adopt(schema) {
      policies = load(schema);
      return policies;
    },
  };
}

function faultsOf(error: unknown, directory: string): readonly PolicyFault[] {
  if (error instanceof PolicyError) return error.faults;
  return [{ at: directory, message: 'cannot be loaded' }];
}
