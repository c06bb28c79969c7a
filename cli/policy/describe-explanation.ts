import type { CellExplanation, OperationExplanation } from './explain.ts';
import { AUTHORIZED, WORDS } from './matrix.ts';
import { notOpen } from './purpose-in-force.ts';
import { table } from './table.ts';

/** One cell in sentences: what happens, by which rule, on what legal basis. */
export function describeCell({
  purpose,
  purposeName,
  openTo,
  actor,
  authorized,
  own,
  person,
  coordinate,
  cell,
  rules,
}: CellExplanation): string {
  const whose = `${own ? '本部门的' : ''}${person ? '个人（个体工商户）' : '组织'}信息`;
  const silence = openTo.includes(actor)
    ? '没有规则提及，默认不予提供。 No rule speaks of it: withheld by default.'
    : notOpen({ code: purpose, actors: openTo }, actor);
  const lines = [
    `${coordinate}（${whose}）对 ${actor}${authorized ? AUTHORIZED : ''} 以 ${purpose}（${purposeName}）查询：${WORDS[cell.treatment]}${cell.mask === undefined ? '' : `（${cell.mask}）`}`,
    cell.rule === 'default' ? silence : `规则 ${cell.rule}；依据：${cell.basis.join('；')}`,
    ...rules.map(({ id, at, treatment }) => `  ${id}  ${WORDS[treatment]}  ${at}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A whole operation: what is sent to whom, what is shown as it is, and why the rest is not. */
export function describeOperation({ operation, departments, revealed, notices }: OperationExplanation): string {
  const rows = notices.map(({ coordinate, treatment, subjects, rule, basis }) => [
    coordinate,
    WORDS[treatment],
    SUBJECTS[subjects],
    rule,
    basis.join('；'),
  ]);
  const heading = ['字段', '处理', '信息主体', '规则', '依据'];
  const parts = [
    `发往部门：${departments.join(' ')}\n${operation}\n`,
    `\n原值：${revealed.join(' ')}\n`,
    rows.length > 0 ? `\n${table([heading, ...rows])}` : '',
  ];
  return parts.join('');
}

const SUBJECTS = { both: '全部', organizations: '组织', persons: '个人' } as const;
