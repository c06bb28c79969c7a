import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';
import { type CollectedField, collectFields } from './collect-fields.ts';
import { INVALID, leafCompleter } from './complete-leaf.ts';
import { isIntrospection, type ResolvedSelections, type Selection } from './resolve-selections.ts';

/** A field error of the joined answer itself: a value that its type does not allow. */
export interface Fault {
  message: string;
  /** Response path, from the root. */
  path: (string | number)[];
  /** Subgraphs that may have given the value. */
  owners: readonly string[];
}

/** The response, and what was wrong with the data it was made from. */
export interface Shaped {
  data: Record<string, unknown> | null;
  faults: readonly Fault[];
}

/** Makes the response of the joined data, which it leaves as they are. */
export type Shape = (data: Readonly<Record<string, unknown>>) => Shaped;

/** What a shape is compiled against. */
export interface ShapeContext {
  schema: GraphQLSchema;
  ownersOf(type: string, field: string): readonly string[];
}

/**
 * Compiles the one pass over the joined data: client's keys in the client's order, leaves checked, null propagated
 * (spec, section 6.4.4). What a type's fields are is worked out when the first value of the type comes by.
 */
export function compileShape({ root, selections }: ResolvedSelections, context: ShapeContext): Shape {
  const complete = objectOf(root, [selections], context);
  return (data) => {
    const faults: Fault[] = [];
    const shaped = complete(data, faults);
    for (const { path } of faults) path.reverse();
    return { data: shaped === INVALID ? null : (shaped as Record<string, unknown> | null), faults };
  };
}

/**
 * Completes a value. Null stands for an absent value or one that became null; INVALID for null where null is not allowed.
 * A fault is noted with its path from here, last step first; whoever called adds the step that led here.
 */
type Complete = (value: unknown, faults: Fault[]) => unknown;

interface ShapedField {
  responseKey: string;
  read(raw: Readonly<Record<string, unknown>>): unknown;
  complete: Complete;
  owners(): readonly string[];
}

function completerOf(type: GraphQLOutputType, groups: readonly (readonly Selection[])[], context: ShapeContext): Complete {
  if (isNonNullType(type)) return nonNull(completerOf(type.ofType, groups, context));
  if (isListType(type)) return listOf(completerOf(type.ofType, groups, context));
  if (isObjectType(type)) return objectOf(type, groups, context);
  if (isCompositeType(type)) return abstractOf(type, groups, context);
  const leaf = leafCompleter(type);
  return (value, faults) => {
    if (value === null || value === undefined) return null;
    const completed = leaf(value);
    return completed === INVALID ? spoilt(faults, `Value is not a valid ${type.name}.`) : completed;
  };
}

function nonNull(complete: Complete): Complete {
  return (value, faults) => {
    const before = faults.length;
    const completed = complete(value, faults);
    if (completed !== null) return completed;
    if (faults.length === before) spoilt(faults, 'Cannot return null for a non-nullable field.');
    return INVALID;
  };
}

function listOf(complete: Complete): Complete {
  return (value, faults) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return spoilt(faults, 'Value is not a list.');
    let valid = true;
    const completed: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      const before = faults.length;
      const element = complete(value[index], faults);
      if (faults.length !== before) extendPaths(faults, before, index);
      if (element === INVALID) valid = false;
      completed.push(element);
    }
    return valid ? completed : null;
  };
}

function objectOf(type: GraphQLCompositeType, groups: readonly (readonly Selection[])[], context: ShapeContext): Complete {
  let fields: readonly ShapedField[] | undefined;
  return (value, faults) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return spoilt(faults, 'Value is not an object.');
    fields ??= collectFields(groups, type, context.schema).map((field) => fieldOf(field, type, context));
    return completeFields(value as Readonly<Record<string, unknown>>, fields, faults);
  };
}

function abstractOf(type: GraphQLCompositeType, groups: readonly (readonly Selection[])[], context: ShapeContext): Complete {
  const runtimeTypes = new Map<unknown, Complete>();
  const unresolvable: Complete = (_, faults) => spoilt(faults, `Value is of no type of ${type.name}.`);
  return (value, faults) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return spoilt(faults, 'Value is not an object.');
    const typename = (value as { __typename?: unknown }).__typename;
    const known = runtimeTypes.get(typename);
    if (known) return known(value, faults);
    const runtimeType = runtimeTypeOf(typename, type, context.schema);
    // A name that the schema does not know is not kept: a subgraph could send any number of them.
    if (runtimeType === undefined) return unresolvable(value, faults);
    const complete = objectOf(runtimeType, groups, context);
    runtimeTypes.set(typename, complete);
    return complete(value, faults);
  };
}

/**
 * An interface's own name may come from a subgraph that has it as an `@interfaceObject`; no name, where the plan asks for
 * nothing that depends on it.
 */
function runtimeTypeOf(name: unknown, declared: GraphQLCompositeType, schema: GraphQLSchema): GraphQLCompositeType | undefined {
  if (name === undefined) return declared;
  const type = typeof name === 'string' ? schema.getType(name) : undefined;
  if (!isCompositeType(type)) return undefined;
  if (type === declared) return type;
  const narrower =
    isAbstractType(declared) && (isObjectType(type) || 'getInterfaces' in type) && schema.isSubType(declared, type);
  return narrower ? type : undefined;
}

function completeFields(
  raw: Readonly<Record<string, unknown>>,
  fields: readonly ShapedField[],
  faults: Fault[],
): Record<string, unknown> | null {
  const shown: Record<string, unknown> = {};
  for (const field of fields) {
    const before = faults.length;
    const value = field.complete(field.read(raw), faults);
    if (faults.length !== before) extendPaths(faults, before, field.responseKey, field.owners());
    if (value === INVALID) return null;
    if (field.responseKey === '__proto__') Object.defineProperty(shown, '__proto__', { value, enumerable: true });
    else shown[field.responseKey] = value;
  }
  return shown;
}

function fieldOf(field: CollectedField, parent: GraphQLCompositeType, context: ShapeContext): ShapedField {
  const { responseKey, planKey, definition } = field;
  return {
    responseKey,
    // JSON has no inherited fields, but the objects it becomes have: a field may be called `constructor`.
    read: planKey in Object.prototype ? (raw) => (Object.hasOwn(raw, planKey) ? raw[planKey] : null) : (raw) => raw[planKey],
    complete: completerOfField(field, parent, context),
    owners: () => (definition === TypeNameMetaFieldDef ? [] : context.ownersOf(parent.name, definition.name)),
  };
}

function completerOfField({ definition, below }: CollectedField, parent: GraphQLCompositeType, context: ShapeContext): Complete {
  if (isIntrospection(definition)) return (value) => value ?? null;
  if (definition !== TypeNameMetaFieldDef) return completerOf(definition.type, below, context);
  if (isObjectType(parent)) return () => parent.name;
  return (_, faults) => {
    spoilt(faults, `The object's type is not known beyond ${parent.name}.`);
    return INVALID;
  };
}

function spoilt(faults: Fault[], message: string): null {
  faults.push({ message, path: [], owners: [] });
  return null;
}

/** Adds the step before; of several owners of a shared field, those of the field around it are meant. */
function extendPaths(faults: readonly Fault[], from: number, step: string | number, owners: readonly string[] = []): void {
  for (const fault of faults.slice(from)) {
    fault.path.push(step);
    if (fault.owners.length === 0) fault.owners = owners;
    else if (fault.owners.length > 1) fault.owners = common(fault.owners, owners);
  }
}

function common(inner: readonly string[], outer: readonly string[]): readonly string[] {
  const both = inner.filter((owner) => outer.includes(owner));
  return both.length > 0 ? both : inner;
}
