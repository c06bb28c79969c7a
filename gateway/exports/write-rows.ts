import { cityInstant } from './city-instant.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { LogExport } from './log-export.ts';
import { csvRow } from './csv-row.ts';
import type { RowMark } from './row-mark.ts';

/** An entry on its way into a file. */
export interface ExportedEntry {
  index: bigint;
  /** Hexadecimal. */
  leafHash: string;
  entry: QueryLogEntry;
}

/** What stands before the rows: whose export it is, why and of which log, in clear; for CSV with a byte order mark and the titles. */
export function writeHead(from: LogExport, origin: string): string {
  const head = headOf(from, origin);
  if (from.format === 'JSONL') return `${JSON.stringify({ export: head })}\n`;
  const told = Object.entries(head).map(([name, value]) => `${HEAD_TITLES[name as keyof typeof head]}：${value ?? '—'}`);
  // Excel takes a file without the mark for GBK.
  return `\uFEFF${csvRow([`信桥查询日志导出，仅供所载用途使用，不得转交。${told.join('；')}`])}${csvRow(Object.keys(COLUMNS))}`;
}

/** One row. Lists of names, in JSONL the entry's members, stand in the order that marks it: they say the same in any. */
export function writeRow(format: LogExport['format'], row: ExportedEntry, mark: RowMark): string {
  if (format === 'CSV') return csvRow(Object.values(COLUMNS).map((column) => column(row, mark) ?? ''));
  const { index, leafHash, entry } = row;
  const members = Object.fromEntries(mark.order(Object.keys(entry)).map((name) => [name, entry[name as keyof QueryLogEntry]]));
  return `${JSON.stringify({ index: index.toString(), leafHash, entry: members, mark: mark.code })}\n`;
}

const HEAD_TITLES = {
  id: '导出编号',
  organization: '机构',
  operator: '工作账号',
  purpose: '用途',
  matter: '办件编号',
  requestedAt: '申请时刻',
  origin: '日志',
  first: '自序号',
  treeSize: '日志大小',
  rootHash: '根哈希',
  filter: '筛选条件',
  rows: '条数',
} as const;

function headOf(from: LogExport, origin: string): Record<keyof typeof HEAD_TITLES, string | null> {
  const { id, organization, operator, purpose, matter, requestedAt, firstSeq, treeSize, root, filter, rowsTotal } = from;
  return {
    id,
    organization,
    operator,
    purpose,
    matter,
    requestedAt,
    origin,
    first: String(firstSeq),
    treeSize: String(treeSize),
    rootHash: Buffer.from(root ?? []).toString('hex'),
    filter,
    rows: String(rowsTotal),
  };
}

type Column = (row: ExportedEntry, mark: RowMark) => string | null | undefined;

/** Fields of an entry are told as `Type.field:TREATMENT×count`. */
const COLUMNS: Readonly<Record<string, Column>> = {
  序号: ({ index }) => index.toString(),
  '时间（北京时间）': ({ entry }) => cityInstant(entry.time),
  请求编号: ({ entry }) => entry.requestId,
  查询者类别: ({ entry }) => entry.caller?.actor,
  机构代码: ({ entry }) => entry.caller?.organization,
  部门: ({ entry }) => entry.caller?.department,
  工作账号: ({ entry }) => entry.caller?.operator,
  查询者主体编号: ({ entry }) => entry.caller?.subject,
  用途: ({ entry }) => entry.purpose,
  办件编号: ({ entry }) => entry.matter,
  结果: ({ entry }) => entry.decision,
  拒绝或失败代码: ({ entry }) => entry.code,
  次数: ({ entry }) => String(entry.count ?? 1),
  所查询的主体: ({ entry }) => listed(entry.subjects.asked),
  答复中的主体: ({ entry }) => listed(entry.subjects.returned),
  '字段、处理方式和数量': ({ entry }, mark) =>
    listed(mark.order(entry.fields.map(({ coordinate, treatment, count }) => `${coordinate}:${treatment}×${count}`))),
  授权编号: ({ entry }) => listed(entry.authorizations ?? []),
  变更种类: ({ entry }) => entry.act?.kind,
  变更对象: ({ entry }) => entry.act?.object,
  查询到的部门: ({ entry }) => listed(entry.departments),
  未答复的部门: ({ entry }) => listed(entry.unavailable),
  规则摘要: ({ entry }) => entry.policyHash,
  '用时（毫秒）': ({ entry }) => String(entry.durationMs),
  叶哈希: ({ leafHash }) => leafHash,
  行码: (_, mark) => mark.code,
};

function listed(names: readonly string[]): string {
  return names.join('; ');
}
