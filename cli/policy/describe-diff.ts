import type { CellChange } from '../../policies/diff-policies.ts';
import type { Cell } from '../../policies/treatment.ts';
import { AUTHORIZED, WORDS } from './matrix.ts';
import { table } from './table.ts';

/** The changes as a table, loosened cells first and, on a terminal, in red. */
export function describeDiff(changes: readonly CellChange[], colour: boolean): string {
  if (changes.length === 0) return '两个版本的决定完全相同。 The versions decide every cell alike.\n';
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
const RED = '\u001B[31m';
const RESET = '\u001B[0m';

function wordFor({ treatment, mask }: Cell): string {
  return WORDS[treatment] + (mask === undefined ? '' : ` ${mask}`);
}
