import type { CellChange } from '../../policies/diff-policies.ts';
import type { OtherChange } from '../../policies/other-changes.ts';
import type { Cell } from '../../policies/treatment.ts';
import { AUTHORIZED, WORDS } from './matrix.ts';
import { table } from './table.ts';

/** What two versions have otherwise. */
export interface Difference {
  /** City date of the cells. */
  date: string;
  cells: readonly CellChange[];
  others: readonly OtherChange[];
}

/** The cells as a table, loosened ones first and, on a terminal, in red; below them what differs beside them. */
export function describeDiff({ date, cells, others }: Difference, colour: boolean): string {
  return describeCells(cells, date, colour) + describeOthers(others);
}

/** What differs beside the cells, a line each; nothing where nothing does. */
export function describeOthers(others: readonly OtherChange[]): string {
  if (others.length === 0) return '';
  const lines = others.map(({ name, direction, members }) => `  ${OTHER_MARKS[direction]}  ${[name, ...members].join(' ')}`);
  const heading =
    '单元格之外的不同（其他日期的单元格用 --date 比较）。 What differs beside the cells of this day (compare another with --date):';
  return `${[heading, ...lines].join('\n')}\n`;
}

function describeCells(changes: readonly CellChange[], date: string, colour: boolean): string {
  if (changes.length === 0) return `${date} 两个版本的决定完全相同。 On ${date} the versions decide every cell alike.\n`;
  const rows = changes.map(({ direction, purpose, actor, authorized, own, person, coordinate, before, after }) => [
    MARKS[direction],
    purpose,
    actor + (authorized ? AUTHORIZED : ''),
    own ? '本部门' : '',
    person ? '个人' : '组织',
    coordinate,
    `${wordFor(before)} → ${wordFor(after)}`,
    `${before.rule} → ${after.rule}`,
  ]);
  const lines = table([['变化', '用途', '主体', '数据归属', '信息主体', '字段', '处理', '规则'], ...rows])
    .trimEnd()
    .split('\n');
  const painted = lines.map((line, index) =>
    colour && changes[index - 1]?.direction === 'LOOSENED' ? `${RED}${line}${RESET}` : line,
  );
  const loosened = changes.filter(({ direction }) => direction === 'LOOSENED').length;
  return `${painted.join('\n')}\n共 ${changes.length} 处不同，其中放宽 ${loosened} 处。\n`;
}

const MARKS = { LOOSENED: '▲ 放宽', CHANGED: '~ 改变', TIGHTENED: '▼ 收紧' } as const;
const OTHER_MARKS = { ADDED: '+ 新增', CHANGED: '~ 改变', REMOVED: '- 删除' } as const;
const RED = '\u001B[31m';
const RESET = '\u001B[0m';

function wordFor({ treatment, mask }: Cell): string {
  return WORDS[treatment] + (mask === undefined ? '' : ` ${mask}`);
}
