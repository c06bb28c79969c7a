import type { SubgraphSdl } from '../../../schema/compose.ts';
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
