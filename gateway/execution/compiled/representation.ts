import { getResponseName, type QueryPlanSelectionNode } from '@apollo/query-planner';
import { join, type JoinedObject } from './joined-data.ts';
import type { Condition } from './required-fetches.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import { isRecord } from '../../../schema/is-record.ts';

/** What a subgraph needs of an object to find it, or undefined when the object has not got it. */
export type Represent = (entity: JoinedObject) => JoinedObject | undefined;

/** Compiles a fetch's `requires`: its keys, and the fields that `@requires` names, as the subgraph calls them. */
export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  { needs = [], unless, types: names }: Condition,
  types: Types,
): Represent {
  const read = compileSelections(requires, types);
  const represent: Represent = (entity) => {
    const representation = read(entity);
    // Without a type there is nothing that the subgraph could look up: the object is of a type it does not know.
    return representation !== null && typeof representation['__typename'] === 'string' ? representation : undefined;
  };
  // Most fetches require nothing, and every object of an answer comes through here.
  if (needs.length === 0 && unless === undefined && names === undefined) return represent;
  const isOfType = names && new Set<unknown>(names);
  const isMeant = compileHas(needs, types);
  const isElsewhere = unless === undefined ? () => false : compileHas(unless, types);
  return (entity) => {
    if (isOfType && !isOfType.has(entity['__typename'])) return undefined;
    return isMeant(entity) && !isElsewhere(entity) ? represent(entity) : undefined;
  };
}

/** Whether an object has got all that is selected of its types. */
function compileHas(selections: readonly QueryPlanSelectionNode[], types: Types): (entity: JoinedObject) => boolean {
  const parts = selections.map((selection) => {
    if (selection.kind === 'Field') return (entity: JoinedObject) => entity[getResponseName(selection)] !== undefined;
    const { typeCondition } = selection;
    const names = typeCondition === undefined ? undefined : types.typesThatAre(typeCondition);
    const inner = compileHas(selection.selections, types);
    return (entity: JoinedObject) => (names !== undefined && !names.has(String(entity['__typename']))) || inner(entity);
  });
  return (entity) => parts.every((part) => part(entity));
}

type Types = Pick<LoadedSupergraph, 'typesThatAre' | 'requiredFields'>;

/** The selected part of an object; null when something of it was never fetched. */
type Read = (value: JoinedObject) => JoinedObject | null;

function compileSelections(selections: readonly QueryPlanSelectionNode[], types: Types): Read {
  const parts = selections.map((selection) => {
    const inner = selection.selections && compileSelections(selection.selections, types);
    if (selection.kind === 'Field') {
      const key = getResponseName(selection);
      return fieldPart(key, types.requiredFields.get(key)?.name ?? key, inner);
    }
    const { typeCondition } = selection;
    return fragmentPart(typeCondition === undefined ? undefined : types.typesThatAre(typeCondition), inner ?? (() => ({})));
  });
  return (value) => {
    const result: JoinedObject = {};
    for (const part of parts) if (!part(value, result)) return null;
    return result;
  };
}

/** Adds its part of the value to the result; false when it is not there. */
type Part = (value: JoinedObject, result: JoinedObject) => boolean;

function fieldPart(key: string, name: string, inner: Read | undefined): Part {
  return (value, result) => {
    if (!Object.hasOwn(value, key) || value[key] === undefined) return false;
    result[name] = inner === undefined ? value[key] : readEach(value[key], inner);
    return true;
  };
}

function readEach(value: unknown, inner: Read): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => readEach(element, inner));
  return isRecord(value) ? inner(value) : null;
}

function fragmentPart(names: ReadonlySet<string> | undefined, inner: Read): Part {
  return (value, result) => {
    const typename = value['__typename'];
    if (names !== undefined && !(typeof typename === 'string' && names.has(typename))) return true;
    const part = inner(value);
    if (part !== null) join(result, part, NONE);
    return true;
  };
}

const NONE: ReadonlySet<string> = new Set();
