import type { Acting } from '../../schema/acting.ts';
import { actingOf, type DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import type { Department } from '../kit/department.ts';
import { defineDepartment } from '../kit/department.ts';

/** The registration of operations, as the gateway implements it. Its refusals are codes of the gateway's table. */
export interface OperationDesk {
  register(by: Acting, asked: { document: string; name: string; purpose: string; reason: string }): Promise<unknown>;
  approve(by: Acting, id: string, approval: { digest: string; validUntil: string }): Promise<unknown>;
  reject(by: Acting, id: string, reason: string): Promise<unknown>;
  withdraw(by: Acting, id: string, reason: string): Promise<unknown>;
  /** Null where there is none that `by` may see. */
  operation(by: Acting, id: string): Promise<unknown>;
  operations(by: Acting, which: Which & { first: number; after?: string | null }): Promise<readonly unknown[]>;
}

/** 查询登记与审查: the gateway's own subgraph of registered operations. */
export function operationsSubgraph(desk: OperationDesk): Department {
  return defineDepartment({
    name: 'operations',
    title: '查询登记与审查',
    folder: new URL('.', import.meta.url),
    resolvers: resolversOf(desk),
  });
}

const MOST_LISTED = 200;

interface Which {
  state?: string | null;
  hash?: string | null;
  organization?: string | null;
}

function resolversOf(desk: OperationDesk) {
  return {
    Query: {
      registeredOperations: (
        _: unknown,
        which: Which & { first?: number | null; after?: string | null },
        context: DepartmentContext,
      ) => {
        const first = which.first ?? 50;
        if (first < 1 || first > MOST_LISTED) throw new DepartmentError('INPUT_INVALID');
        return desk.operations(actingOf(context), { ...which, first });
      },
      registeredOperation: (_: unknown, { id }: { id: string }, context: DepartmentContext) =>
        desk.operation(actingOf(context), id),
    },
    Mutation: {
      registerOperation: (_: unknown, asked: Parameters<OperationDesk['register']>[1], context: DepartmentContext) =>
        desk.register(actingOf(context), asked),
      approveOperation: (
        _: unknown,
        { id, ...approval }: { id: string; digest: string; validUntil: string },
        context: DepartmentContext,
      ) => desk.approve(actingOf(context), id, approval),
      rejectOperation: (_: unknown, { id, reason }: { id: string; reason: string }, context: DepartmentContext) =>
        desk.reject(actingOf(context), id, reason),
      withdrawOperation: (_: unknown, { id, reason }: { id: string; reason: string }, context: DepartmentContext) =>
        desk.withdraw(actingOf(context), id, reason),
    },
  };
}
