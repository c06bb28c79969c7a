import type { Acting } from '../../schema/acting.ts';
import { actingOf, type DepartmentContext } from '../kit/department-context.ts';
import type { LookFilter } from './find-looks.ts';
import { assertAuditor } from './query-log.ts';

/** An export as the gateway keeps it. */
interface KeptExport {
  id: string;
  format: string;
  state: string;
  failure: string | null;
  filter: string;
  reason: string;
  organization: string;
  operator: string | null;
  requestedAt: string;
  treeSize: bigint | null;
  root: Uint8Array | null;
  rowsDone: number;
  rowsTotal: number | null;
  parts: number;
  bytes: bigint;
  sha256: string | null;
  readyAt: string | null;
  expiresAt: string | null;
}

/** Exports of the log, as the gateway makes them. Its refusals are codes of the gateway's table. */
export interface ExportDesk {
  request(
    by: Acting,
    asked: { filter: Record<string, string | null>; format: 'CSV' | 'JSONL'; reason: string },
  ): Promise<KeptExport>;
  exports(by: Acting): Promise<readonly KeptExport[]>;
  export(by: Acting, id: string): Promise<KeptExport | null>;
  fetch(by: Acting, id: string, part: number): Promise<{ export: string; number: number; of: number; text: string }>;
}

/** The resolvers of exports. They throw SUBJECT_FORBIDDEN for anybody but auditors. */
export function exportResolvers(desk: ExportDesk) {
  return {
    Query: {
      logExports: async (_: unknown, __: unknown, context: DepartmentContext) =>
        (await desk.exports(auditorOf(context))).map(exportOf),
      logExport: async (_: unknown, { id }: { id: string }, context: DepartmentContext) => {
        const found = await desk.export(auditorOf(context), id);
        return found && exportOf(found);
      },
    },
    Mutation: {
      requestLogExport: async (_: unknown, { filter, format, reason }: RequestArguments, context: DepartmentContext) =>
        exportOf(await desk.request(auditorOf(context), { filter: { ...filter }, format, reason })),
      fetchLogExport: (_: unknown, { id, part }: { id: string; part: number }, context: DepartmentContext) =>
        desk.fetch(auditorOf(context), id, part),
    },
  };
}

interface RequestArguments {
  filter?: LookFilter | null;
  format: 'CSV' | 'JSONL';
  reason: string;
}

function auditorOf(context: DepartmentContext): Acting {
  assertAuditor(context);
  return actingOf(context);
}

function exportOf({ treeSize, root, rowsDone, rowsTotal, parts, bytes, organization, operator, ...made }: KeptExport) {
  return {
    ...made,
    requestedBy: operator === null ? organization : `${organization}/${operator}`,
    treeSize: treeSize?.toString() ?? null,
    rootHash: root && Buffer.from(root).toString('hex'),
    rowsDone: String(rowsDone),
    rowsTotal: rowsTotal === null ? null : String(rowsTotal),
    parts,
    bytes: bytes.toString(),
  };
}
