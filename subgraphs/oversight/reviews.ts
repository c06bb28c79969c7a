import type { Acting } from '../../schema/acting.ts';
import { cursorAt, positionOf } from '../kit/cursor.ts';
import { actingOf, type DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import type { AlertFilter, QueuedAlert, Reviews } from './review-interface.ts';

const LARGEST_PAGE = 100;
const USUAL_PAGE = 20;
const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

/** The resolvers of reviews. The policies say who may; reviews keep their own door as well. */
export function reviewResolvers(reviews: Reviews) {
  const { unsealing } = reviews;
  return {
    Query: {
      reviewAlerts: (_: unknown, args: PageArguments, context: DepartmentContext) => pageOf(args, context, reviews),
      reviewAlert: async (_: unknown, { id }: { id: string }, context: DepartmentContext) => {
        auditor(context);
        const alert = await reviews.alert(id);
        return alert === undefined ? null : shown(alert);
      },
      reviewStatistics: (_: unknown, { from, to }: { from: string; to: string }, context: DepartmentContext) => {
        auditor(context);
        return statistics(from, to, reviews);
      },
      reviewRules: (_: unknown, __: unknown, context: DepartmentContext) => {
        auditor(context);
        return reviews.rules().map((rule) => ({ ...rule, thresholds: figuresOf(rule.thresholds) }));
      },
      watchedSubjects: (_: unknown, __: unknown, context: DepartmentContext) => {
        auditor(context);
        return reviews.watches.watched();
      },
      unsealedLooks: async (_: unknown, args: { unsealing: string }, context: DepartmentContext) =>
        (await unsealing.read(auditor(context), args.unsealing)).map(({ index, look: { subjectNames, ...names } }) => ({
          index: String(index),
          ...names,
          subjectNames: [...subjectNames].map(([subject, name]) => ({ subject, name })),
        })),
    },
    ReviewAlert: {
      steps: ({ id }: { id: string }) => reviews.steps(id),
      unsealings: ({ id }: { id: string }) => unsealing.of(id),
    },
    Mutation: mutations(reviews),
  };
}

/** What auditors change: one act a request. */
function mutations({ desk, unsealing, watches }: Reviews) {
  const onAlert =
    <Args>(act: (by: Acting, args: Args) => Promise<QueuedAlert>) =>
    async (_: unknown, args: Args, context: DepartmentContext) =>
      shown(await act(auditor(context), args));
  return {
    assignAlert: onAlert((by, { id, operator, comment }: { id: string; operator?: string | null; comment?: string | null }) =>
      desk.assign(by, id, operator ?? null, comment ?? null),
    ),
    explainAlert: onAlert((by, { id, comment }: Commented) => desk.explain(by, id, comment)),
    confirmAlert: onAlert((by, { id, comment }: Commented) => desk.confirm(by, id, comment)),
    closeAlert: onAlert((by, { id, comment }: { id: string; comment?: string | null }) => desk.close(by, id, comment ?? null)),
    commentOnAlert: onAlert((by, { id, comment }: Commented) => desk.comment(by, id, comment)),
    requestUnsealing: (_: unknown, { alert, reason }: { alert: string; reason: string }, context: DepartmentContext) =>
      unsealing.request(auditor(context), alert, reason),
    approveUnsealing: (_: unknown, { id }: { id: string }, context: DepartmentContext) => unsealing.approve(auditor(context), id),
    watchSubject: (_: unknown, { subject }: { subject: string }, context: DepartmentContext) =>
      watches.watch(auditor(context), subject),
    unwatchSubject: (_: unknown, { subject }: { subject: string }, context: DepartmentContext) =>
      watches.unwatch(auditor(context), subject),
  };
}

interface Commented {
  id: string;
  comment: string;
}

interface PageArguments {
  filter?: AlertFilter | null;
  first?: number | null;
  after?: string | null;
}

function auditor(context: DepartmentContext): Acting {
  const { actor, purpose } = context.caller;
  if (actor !== 'AUDITOR' || purpose !== 'AUDIT_SUPERVISION') throw new DepartmentError('SUBJECT_FORBIDDEN');
  return actingOf(context);
}

async function pageOf({ filter, first, after }: PageArguments, context: DepartmentContext, reviews: Reviews) {
  auditor(context);
  const size = first ?? USUAL_PAGE;
  if (size < 1 || size > LARGEST_PAGE) throw new DepartmentError('INPUT_INVALID');
  const olderThan = positionOf(after);
  const found = await reviews.alerts(filter ?? {}, { limit: size + 1, olderThan });
  const edges = found.slice(0, size).map((alert) => ({ node: shown(alert), cursor: cursorAt(alert.number) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: olderThan !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function shown({ entries, figures, organization, ...alert }: QueuedAlert) {
  return { ...alert, organization: organization || null, figures: figuresOf(figures), entries: entries.map(String) };
}

function figuresOf(figures: Readonly<Record<string, unknown>>) {
  return Object.entries(figures).map(([name, value]) => ({
    name,
    value: Array.isArray(value) ? value.join(', ') : String(value),
  }));
}

async function statistics(from: string, to: string, reviews: Reviews) {
  if (to < from || Date.parse(to) - Date.parse(from) > MOST_DAYS * DAY_MS) throw new DepartmentError('INPUT_INVALID');
  const days = await reviews.days(from, to);
  return days.map(({ accesses, unexplained, alerts, ...day }) => ({
    ...day,
    accesses: String(accesses),
    explained: String(accesses - unexplained),
    alerts: String(alerts),
  }));
}
