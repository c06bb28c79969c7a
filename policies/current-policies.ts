import { watch as watchDirectory } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../schema/city-clock.ts';
import type { Catalogue } from '../schema/classification.ts';
import { PolicyError } from './fault.ts';
import type { PolicyFault } from './fault.ts';
import { loadPolicies } from './load-policies.ts';
import type { PolicySet } from './policy-set.ts';
import { keepVersion } from './versions.ts';

/** What a reload did. When it failed, the policies before it stay in force. */
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
  /** Reloads whenever a file changes and reports each reload that changed or refused something. */
  watch(report: (report: ReloadReport) => void): { close(): void };
}

export interface PoliciesOptions {
  directory: string;
  catalogue: Catalogue;
  clock: Clock;
  /** Where every version that was ever in force is kept by its hash; none keeps nothing. */
  versionsDirectory?: string;
}

/** Editors write a file in several steps and a deployment several files: one reload for all of them. */
const QUIET_MILLISECONDS = 200;

/** Loads the policies. @throws {PolicyError} when they cannot be used: a gateway without policies must not start. */
export function createPolicies({ directory, catalogue, clock, versionsDirectory }: PoliciesOptions): CurrentPolicies {
  const load = () => {
    const policies = loadPolicies(directory, catalogue);
    if (versionsDirectory !== undefined) keepVersion(versionsDirectory, policies);
    return policies;
  };
  let policies = load();

  function reload(): ReloadReport {
    const before = policies.hash;
    try {
      policies = load();
      return { loaded: true, changed: policies.hash !== before, hash: policies.hash, faults: [], at: clock() };
    } catch (error) {
      return { loaded: false, changed: false, hash: before, faults: faultsOf(error, directory), at: clock() };
    }
  }

  return {
    current: () => policies,
    reload,
    watch: (report) =>
      watchFiles(directory, () => {
        const result = reload();
        if (result.changed || !result.loaded) report(result);
      }),
  };
}

/** Calls back once the files have been quiet after a change; it must not throw. */
function watchFiles(directory: string, changed: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MILLISECONDS);
    timer.unref();
  };
  const watchers = [directory, join(directory, 'purposes')].map((path) => watchDirectory(path, { persistent: false }, later));
  // A directory that is replaced ends its watcher: what is in force stays, and the report names the directory.
  for (const watcher of watchers) watcher.on('error', changed);
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function faultsOf(error: unknown, directory: string): readonly PolicyFault[] {
  if (error instanceof PolicyError) return error.faults;
  return [{ at: directory, message: 'cannot be loaded' }];
}
