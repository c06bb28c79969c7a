import type { Department, Resolvers } from '../kit/department.ts';
import { defineDepartment } from '../kit/department.ts';
import { selfOf } from '../kit/department-context.ts';
import { accessHistory } from './access-history.ts';
import { type ExportDesk, exportResolvers } from './exports.ts';
import type { LogReading } from './log-reading.ts';
import { type NotificationDesk, notificationResolvers } from './notifications.ts';
import { checkpointOf, consistencyProof, inclusionProof, logProof } from './proofs.ts';
import { queryLog } from './query-log.ts';
import { queryLogStatistics } from './statistics.ts';

/** 查询日志: the gateway's own subgraph, over the tables that its follower of the log keeps (schema `audit`). */
export function querylogSubgraph(
  reading: LogReading,
  desks: { exports: ExportDesk; notifications: NotificationDesk },
): Department {
  return defineDepartment({
    name: 'querylog',
    title: '查询日志',
    folder: new URL('.', import.meta.url),
    resolvers: resolversOf(reading, [exportResolvers(desks.exports), notificationResolvers(desks.notifications)]),
  });
}

function resolversOf(
  reading: LogReading,
  [exports, notifications]: [ReturnType<typeof exportResolvers>, ReturnType<typeof notificationResolvers>],
): Resolvers {
  return {
    Mutation: { ...exports.Mutation, ...notifications.Mutation },
    Query: {
      ...exports.Query,
      ...notifications.Query,
      queryLog: (_: unknown, args: Parameters<typeof queryLog>[0], context) => queryLog(args, context, reading),
      queryLogStatistics: (_: unknown, args: Parameters<typeof queryLogStatistics>[0], context) =>
        queryLogStatistics(args, context),
      checkpoint: async () => checkpointOf(await reading.checkpoint()),
      inclusionProof: (_: unknown, args: Parameters<typeof inclusionProof>[0]) => inclusionProof(args, reading),
      consistencyProof: (_: unknown, args: Parameters<typeof consistencyProof>[0]) => consistencyProof(args, reading),
      logProof: (_: unknown, args: Parameters<typeof logProof>[0]) => logProof(args, reading),
      mySubject: (_: unknown, __: unknown, context) => {
        const id = selfOf(context);
        return id === null ? null : { id };
      },
    },
    CreditSubject: {
      accessHistory: ({ id }: { id: string }, args: Parameters<typeof accessHistory>[1], context) =>
        accessHistory(id, args, { context, reading }),
    },
  };
}
