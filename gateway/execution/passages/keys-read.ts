import { type FetchDataRewrite, getResponseName, type PlanNode, type QueryPlanSelectionNode } from '@apollo/query-planner';

/** Keys of a plan whose values its steps read themselves: on the way to what more is asked about, and in what is asked with. */
export function keysRead(node: PlanNode): ReadonlySet<string> {
  return new Set(namesIn(node));
}

function namesIn(node: PlanNode): readonly string[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(namesIn);
    case 'Flatten':
      return [...node.path.map((step) => String(step).split('|', 1)[0] ?? ''), ...namesIn(node.node)];
    case 'Fetch': {
      const { requires = [], inputRewrites = [], outputRewrites = [], contextRewrites = [] } = node;
      return [...selected(requires), ...[...inputRewrites, ...outputRewrites, ...contextRewrites].flatMap(rewritten)];
    }
    // Neither is ever compiled.
    case 'Condition':
    case 'Defer':
      return [];
  }
}

function selected(selections: readonly QueryPlanSelectionNode[]): string[] {
  return selections.flatMap((each) => [
    ...(each.kind === 'Field' ? [getResponseName(each)] : []),
    ...selected(each.selections ?? []),
  ]);
}

function rewritten(rewrite: FetchDataRewrite): string[] {
  return [...rewrite.path, ...(rewrite.kind === 'KeyRenamer' ? [rewrite.renameKeyTo] : [])];
}
