import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode, visit } from 'graphql';

/** Names of the variables that `@skip` or `@include` anywhere in the document depend on, sorted. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      const value = conditionOf(node);
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}

/** Whether a selection stays in the operation, by the values of its condition variables (spec, sections 3.13.1 and 3.13.2). */
export function isIncluded({ directives = [] }: SelectionNode, values: Readonly<Record<string, unknown>>): boolean {
  return directives.every((directive) => {
    const condition = conditionOf(directive);
    if (condition === undefined) return true;
    const value =
      condition.kind === Kind.VARIABLE ? values[condition.name.value] : condition.kind === Kind.BOOLEAN && condition.value;
    return directive.name.value === 'skip' ? value !== true : value === true;
  });
}

/** The directives of a selection that are not `@skip` or `@include`: the subgraphs' own. */
export function conditionlessDirectives({ directives = [] }: SelectionNode): readonly DirectiveNode[] {
  return directives.filter((directive) => !isCondition(directive));
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

function conditionOf(directive: DirectiveNode) {
  if (!isCondition(directive)) return undefined;
  const { arguments: args = [] } = directive;
  return args.find((argument) => argument.name.value === 'if')?.value;
}
