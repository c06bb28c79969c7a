import { type Decision, UNKNOWN_ACTOR } from '../../gateway/querylog/entry.ts';
import type { PositionedEntry } from '../../gateway/querylog/read-entries.ts';

/** Column titles of {@link entryCells}. */
export const ENTRY_TITLES = [
  '序号',
  '时间',
  '查询者',
  '用途',
  '办件编号',
  '主体',
  '结果',
  '字段（明文/脱敏/不予提供）',
  '用时',
] as const;

const DECISIONS: Record<Decision, string> = { RELEASED: '已答复', REFUSED: '已拒绝', FAILED: '未完成', ACTED: '已办理' };

const cityTime = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' });

/** One entry as the cells of a row for people; times are the city's. Control characters, which a terminal would obey, are shown as `�`. */
export function entryCells({ index, entry }: PositionedEntry): string[] {
  const { caller, subjects, decision, code, count = 1 } = entry;
  return [
    String(index),
    cityTime.format(new Date(entry.time)),
    caller === null
      ? UNKNOWN_ACTOR
      : [caller.actor, caller.department ?? caller.organization, caller.operator].filter(Boolean).join('/'),
    entry.purpose ?? '—',
    entry.matter ?? '—',
    describeSubjects([...new Set([...subjects.asked, ...subjects.returned])]),
    [DECISIONS[decision], code, count > 1 && `×${count}`].filter(Boolean).join(' '),
    describeFields(entry.fields),
    `${entry.durationMs} ms`,
  ].map((cell) => cell.replace(/\p{Cc}/gu, '�'));
}

function describeSubjects([first, ...others]: readonly string[]): string {
  if (first === undefined) return '—';
  const short = first.length > 12 ? `${first.slice(0, 12)}…` : first;
  return others.length === 0 ? short : `${short} 等 ${others.length + 1} 个`;
}

function describeFields(fields: PositionedEntry['entry']['fields']): string {
  const count = (test: (treatment: string) => boolean) =>
    new Set(fields.filter(({ treatment }) => test(treatment)).map(({ coordinate }) => coordinate)).size;
  return [
    count((treatment) => treatment === 'REVEAL'),
    count((treatment) => treatment !== 'REVEAL' && treatment !== 'WITHHOLD'),
    count((treatment) => treatment === 'WITHHOLD'),
  ].join('/');
}
