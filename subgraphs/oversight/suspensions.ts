import type { Acting } from '../../schema/acting.ts';
import { actingOf, type DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';

/** What is to be suspended, as it is asked for. */
interface Target {
  organization?: string | null;
  operator?: string | null;
  purpose?: string | null;
  department?: string | null;
}

/** The kill switch, as the gateway implements it. Its refusals are codes of the gateway's table. */
export interface SuspensionDesk {
  suspend(by: Acting, target: Target, reason: string): Promise<unknown>;
  resume(by: Acting, id: string, reason: string): Promise<unknown>;
  suspensions(which: { inForce: boolean }): Promise<readonly unknown[]>;
  touched(
    target: Target,
    window: { from: string; to: string; first: number; after: string | null },
  ): Promise<readonly { looks: bigint }[]>;
}

const MOST_SUBJECTS = 1000;

/** The resolvers of suspensions. */
export function suspensionResolvers(desk: SuspensionDesk) {
  return {
    Query: {
      suspensions: (_: unknown, { inForce }: { inForce?: boolean | null }) => desk.suspensions({ inForce: inForce ?? true }),
      touchedSubjects: (_: unknown, args: TouchedArguments, context: DepartmentContext) => touchedSubjects(args, context, desk),
    },
    Mutation: {
      suspend: (_: unknown, { target, reason }: { target: Target; reason: string }, context: DepartmentContext) =>
        desk.suspend(actingOf(context), target, reason),
      resume: (_: unknown, { id, reason }: { id: string; reason: string }, context: DepartmentContext) =>
        desk.resume(actingOf(context), id, reason),
    },
  };
}

interface TouchedArguments {
  target: Target;
  from: string;
  to?: string | null;
  first?: number | null;
  after?: string | null;
}

async function touchedSubjects(
  { target, from, to, first, after }: TouchedArguments,
  { clock }: DepartmentContext,
  desk: SuspensionDesk,
) {
  const size = first ?? 100;
  if (size < 1 || size > MOST_SUBJECTS) throw new DepartmentError('INPUT_INVALID');
  const window = { from, to: to ?? new Date(clock()).toISOString(), first: size, after: after ?? null };
  return (await desk.touched(target, window)).map((touched) => ({ ...touched, looks: String(touched.looks) }));
}
