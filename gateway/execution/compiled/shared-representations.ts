import type { FetchNode } from '@apollo/query-planner';
import type { JoinedObject, PlanPath } from './joined-data.ts';
import type { Condition } from './required-fetches.ts';
import type { Selection } from './resolve-selections.ts';
import type { Run } from './run.ts';

/** What a fetch asks about: each different object once, also as JSON, with the objects that each stands for. Nobody changes any of it. */
export interface Represented {
  representations: readonly JoinedObject[];
  texts: readonly string[];
  targets: readonly (readonly JoinedObject[])[];
}

type ByRun = (run: Run) => Represented;

/** Fetches that begin together, before any of them is answered: those that ask about the same objects by the same keys represent them once. */
export interface Beginning {
  /** The representations of a fetch; `key` is {@link representationKey}. */
  share(key: string, represent: ByRun): ByRun;
}

/** Where a part of a plan stands, and with which others it begins. */
export interface Place {
  path: PlanPath;
  beginning: Beginning;
  /** What the client selects of the whole operation. */
  selections: readonly Selection[];
  /** Keys of the plan whose values its steps read themselves. */
  keysRead: ReadonlySet<string>;
  /** Whether one of them reads what is around an object: then no object may stand in two places. */
  isAroundRead: boolean;
}

interface Shared {
  /** How many fetches share it; each asks once a run. */
  fetches: number;
  left: number;
  of: { run: Run; represented: Represented } | undefined;
}

/** The beginning of one part of a plan. */
export function createBeginning(): Beginning {
  const all = new Map<string, Shared>();
  return {
    share(key, represent) {
      const shared = all.get(key) ?? { fetches: 0, left: 0, of: undefined };
      all.set(key, shared);
      shared.fetches += 1;
      return (run) => {
        if (shared.of?.run !== run) {
          shared.of = { run, represented: represent(run) };
          shared.left = shared.fetches;
        }
        const { represented } = shared.of;
        // The last one has it: a run that is over is kept by nobody.
        if (--shared.left === 0) shared.of = undefined;
        return represented;
      };
    },
  };
}

/** Names what the representations of a fetch depend on, besides the data. */
export function representationKey({ requires, inputRewrites }: FetchNode, path: PlanPath, condition: Condition): string {
  return JSON.stringify([path.map(({ key, types }) => [key, types && [...types]]), requires, inputRewrites, condition]);
}
