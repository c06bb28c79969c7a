import type { Caller } from '../identity/caller.ts';
import type { DisclosurePlan } from '../disclosure/disclosure.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';

/** For whom an operation is executed; what departments learn of it is the signed context alone. */
export interface ExecutionContext {
  requestId: string;
  caller: Caller;
  purpose: DeclaredPurpose;
  signal: AbortSignal;
}

/** A department's failure at a path, reduced to a code of the closed table. */
export interface DepartmentFailure {
  path: readonly (string | number)[];
  department: string;
  code: 'DEPARTMENT_UNAVAILABLE' | 'DEPARTMENT_REFUSED' | 'INPUT_INVALID' | 'INTERNAL';
}

/** What the departments answered, joined, before any treatment. Raw: never leaves the flow. */
export interface RawAnswer {
  data: Record<string, unknown> | null;
  failures: readonly DepartmentFailure[];
  /** Departments that were asked, and those of them that did not answer. */
  departments: readonly string[];
  unavailable: readonly string[];
}

/** Joins the departments' data for one pruned operation. */
export interface Execution {
  execute(
    operation: DisclosurePlan['operation'],
    variables: Readonly<Record<string, unknown>>,
    context: ExecutionContext,
  ): Promise<RawAnswer>;
}
