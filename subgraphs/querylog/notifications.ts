import type { Acting } from '../../schema/acting.ts';
import { actingOf, type DepartmentContext, selfOf } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';

/** Where a subject says whether it wants to be told of looks at it, as the gateway implements it. */
export interface NotificationDesk {
  notifications(subject: string): Promise<unknown>;
  set(by: Acting & { subject: string }, enabled: boolean): Promise<unknown>;
}

/** The resolvers of notifications. They throw SUBJECT_FORBIDDEN for anybody but a subject that asks for itself. */
export function notificationResolvers(desk: NotificationDesk) {
  return {
    Query: {
      accessNotifications: (_: unknown, __: unknown, context: DepartmentContext) => desk.notifications(ownId(context)),
    },
    Mutation: {
      setAccessNotifications: (_: unknown, { enabled }: { enabled: boolean }, context: DepartmentContext) =>
        desk.set({ ...actingOf(context), subject: ownId(context) }, enabled),
    },
  };
}

/** The policies say so too; the log keeps its own door. */
function ownId(context: DepartmentContext): string {
  const id = selfOf(context);
  if (id === null || context.caller.purpose !== 'SELF_QUERY') throw new DepartmentError('SUBJECT_FORBIDDEN');
  return id;
}
