import { type FieldNode, isObjectType, Kind, type OperationDefinitionNode, parse, TypeNameMetaFieldDef } from 'graphql';
import { fieldsOf } from './client-errors.ts';
import { collectFields } from './collect-fields.ts';
import type { PlanPath } from './joined-data.ts';
import { only, type RequiredFetch, spoken } from './required-fetches.ts';
import type { Selection } from './resolve-selections.ts';
import type { Place } from './shared-representations.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/**
 * Asks an `@interfaceObject` about each object for the fields of its own type. The planner, to which all are of one type there, asks for those of
 * every type's fragments at once: one that fails for an object of another type would cost it what it has, for a field that nobody asked of it.
 */
export function fetchesByType(fetch: RequiredFetch, place: Place, supergraph: LoadedSupergraph): readonly RequiredFetch[] {
  const { node } = fetch;
  if (supergraph.interfaceObjects.size === 0 || node.requires === undefined) return [fetch];
  const [operation] = parse(node.operation, { noLocation: true }).definitions;
  const asked = operation?.kind === Kind.OPERATION_DEFINITION ? interfaceObjectIn(operation, supergraph) : undefined;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || asked === undefined) return [fetch];
  const names = supergraph.typesThatAre(asked);
  const isWanted = wantedByType(names, place, supergraph);
  const parts = new Map<string, RequiredFetch & { types: string[] }>();
  for (const type of names) {
    const part = only(operation, (field) => isWanted(field, type));
    const said = spoken(part, node, supergraph.requiredFields);
    const known = parts.get(said.operation) ?? { ...fetch, node: { ...node, ...said }, types: [] };
    known.types.push(type);
    parts.set(said.operation, known);
  }
  return parts.size === 1 ? [fetch] : [...parts.values()];
}

/** The interface, where a request for entities is about an `@interfaceObject` alone. */
function interfaceObjectIn(
  { selectionSet }: OperationDefinitionNode,
  { interfaceObjects }: LoadedSupergraph,
): string | undefined {
  const [entities] = selectionSet.selections;
  const [ofType, ...ofOthers] = (entities?.kind === Kind.FIELD && entities.selectionSet?.selections) || [];
  if (ofType?.kind !== Kind.INLINE_FRAGMENT || ofOthers.length > 0) return undefined;
  const name = ofType.typeCondition?.name.value;
  return name !== undefined && interfaceObjects.has(name) ? name : undefined;
}

/** Whether a field is asked for an object of a type: by the client, or by the plan, which asks it of all. */
function wantedByType(names: ReadonlySet<string>, { path, keysRead, selections }: Place, { apiSchema }: LoadedSupergraph) {
  const groups = selectionsAt(path, selections, apiSchema);
  const byType = new Map<string, ReadonlySet<string>>();
  for (const name of names) {
    const type = apiSchema.getType(name);
    if (isObjectType(type)) byType.set(name, new Set(collectFields(groups, type, apiSchema).map(({ planKey }) => planKey)));
  }
  const ofSome = new Set([...byType.values()].flatMap((keys) => [...keys]));
  return ({ alias, name }: FieldNode, type: string): boolean => {
    const key = (alias ?? name).value;
    if (key === TypeNameMetaFieldDef.name || keysRead.has(key) || !ofSome.has(key)) return true;
    return byType.get(type)?.has(key) ?? true;
  };
}

/** What the client selects of the objects at a path, whatever is around them. */
function selectionsAt(
  path: PlanPath,
  root: readonly Selection[],
  schema: LoadedSupergraph['apiSchema'],
): readonly (readonly Selection[])[] {
  return path
    .filter(({ key }) => key !== '@')
    .reduce<readonly (readonly Selection[])[]>(
      (groups, { key }) =>
        fieldsOf(groups, '', schema).flatMap(({ planKey, selections }) => (planKey === key && selections ? [selections] : [])),
      [root],
    );
}
