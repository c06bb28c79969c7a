import type { GraphQLSchema } from 'graphql';
import type { ErrorDetails } from '../../schema/coded-error.ts';
import type { AuthorizedData } from '../../schema/signed-context.ts';
import type { ErrorCode } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { Tally } from '../desensitization/tally.ts';
import type { Treatments } from '../desensitization/treatments.ts';
import type { CancelSignal } from './cancellation.ts';
import type { DisclosurePlan } from '../disclosure/disclosure.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';

/** For whom an operation is executed; what departments learn of it is the signed context alone. */
export interface ExecutionContext {
  requestId: string;
  caller: Caller;
  purpose: DeclaredPurpose;
  /** What the subject's authorization covers, where the caller asks by one. */
  authorization?: AuthorizedData;
  signal: CancelSignal;
}

/**
 * A department's failure at a path, reduced to a code of the closed table: one of four from a department, any from the gateway's own
 * subgraphs.
 */
export interface DepartmentFailure {
  path: readonly (string | number)[];
  department: string;
  code: ErrorCode;
  /** What one of the gateway's own subgraphs says besides. */
  details?: ErrorDetails;
}

/** What the departments answered, joined, and not looked at yet, with byte texts for its texts (`byte-text.ts`). Raw: never leaves the flow. */
export interface RawAnswer {
  /** Departments that were asked, and those of them that did not answer. */
  departments: readonly string[];
  unavailable: readonly string[];
  /** Takes the one pass that makes the answer of it; without treatments, every value is in it as it came. */
  complete(tally?: Tally, treatments?: Treatments): CompletedAnswer;
}

/** The answer to the operation. A department that answered what its schema excludes is among the unavailable. */
export interface CompletedAnswer extends Omit<RawAnswer, 'complete'> {
  /** Its texts are byte texts still. What passed unread is `Written`, below the root. */
  data: Record<string, unknown> | null;
  failures: readonly DepartmentFailure[];
}

/** Joins the departments' data for one pruned operation. */
export interface Execution {
  execute(
    operation: DisclosurePlan['operation'],
    variables: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
  ): Promise<RawAnswer>;
}

/** An execution over one supergraph, for queries that were validated and planned against its schema. */
export interface SupergraphExecution extends Execution {
  /** What clients query. */
  readonly apiSchema: GraphQLSchema;
}

/** The departments, whatever supergraph joins them: connections, queues, circuit breakers and signed contexts outlive it. */
export interface Departments {
  /** Joins them over a supergraph; throws when it cannot be used, or names a department there is no way to. */
  over(supergraphSdl: string): SupergraphExecution;
  /** How busy each department is kept: requests under way, and queries that wait for it. */
  load(): Readonly<Record<string, { underWay: number; waiting: number }>>;
  /** Whether each department says it can answer. */
  ready(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>>;
  close(): Promise<void>;
}
