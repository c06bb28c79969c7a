import {
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isUnionType,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Selection } from './resolve-selections.ts';

/** One field of an object of a known type, with the selections of all its occurrences. */
export interface CollectedField {
  responseKey: string;
  planKey: string;
  definition: GraphQLField<unknown, unknown>;
  below: readonly (readonly Selection[])[];
}

/** CollectFields and CollectSubfields of the specification (section 6.3.2): in the client's order, each key once. */
export function collectFields(
  groups: readonly (readonly Selection[])[],
  type: GraphQLCompositeType,
  schema: GraphQLSchema,
): readonly CollectedField[] {
  const fields = new Map<string, CollectedField & { below: (readonly Selection[])[] }>();
  const seen = new Set<readonly Selection[]>();
  const visit = (selections: readonly Selection[]): void => {
    // A fragment that is spread twice adds nothing the second time.
    if (seen.has(selections)) return;
    seen.add(selections);
    for (const selection of selections) {
      if (selection.kind === 'fragment') {
        if (applies(selection.condition, type, schema)) visit(selection.selections);
        continue;
      }
      const { responseKey, planKey } = selection;
      const definition = definitionIn(type, selection.definition);
      const field = fields.get(responseKey) ?? { responseKey, planKey, definition, below: [] };
      if (selection.selections) field.below.push(selection.selections);
      fields.set(responseKey, field);
    }
  };
  for (const group of groups) visit(group);
  return [...fields.values()];
}

/** Whether what is shown of an object depends on its type: its name is asked for, or fields that not every type has. */
export function dependsOnType(
  groups: readonly (readonly Selection[])[],
  type: GraphQLAbstractType,
  schema: GraphQLSchema,
): boolean {
  const common = collectFields(groups, type, schema);
  if (common.some(({ definition }) => definition === TypeNameMetaFieldDef)) return true;
  return schema.getPossibleTypes(type).some((object) => sizeOf(collectFields(groups, object, schema)) > sizeOf(common));
}

function sizeOf(fields: readonly CollectedField[]): number {
  return fields.reduce((size, { below }) => size + 1 + below.length, 0);
}

/** Whether an object of a type meets a fragment's condition. */
export function applies(condition: GraphQLCompositeType, type: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === type) return true;
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type);
}

/** An object's own field may promise more than the interface's. */
function definitionIn(type: GraphQLCompositeType, definition: CollectedField['definition']): CollectedField['definition'] {
  return isUnionType(type) ? definition : (type.getFields()[definition.name] ?? definition);
}
