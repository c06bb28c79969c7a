import {
  getNamedType,
  getNullableType,
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
import type { Tally } from '../../desensitization/tally.ts';
import { plainText, treatLeaf, treatLeaves, withhold } from '../../desensitization/treat-value.ts';
import { blocked, type TreatedField, type Treatments } from '../../desensitization/treatments.ts';
import { SUBJECT_ID_KEY } from '../../disclosure/disclosure.ts';
import { type CollectedField, collectFields, dependsOnType } from './collect-fields.ts';
import { type CompleteObject, compileObject, type ShapedField } from './compile-object.ts';
import { INVALID, leafCompleter, takesAnyText } from './complete-leaf.ts';
import { extendPaths, type Fault, spoilt } from './faults.ts';
import { Written, writeList } from '../../written.ts';
import { createPassOn, type Selected } from '../passages/pass-on.ts';
import { Passage } from '../passages/passage.ts';
import { isIntrospection, type ResolvedSelections } from './resolve-selections.ts';

/** The response, and what was wrong with the data it was made from. */
export interface Shaped {
  data: Record<string, unknown> | null;
  faults: readonly Fault[];
}

/** Makes the response of the joined data, which it leaves as they are. */
export type Shape = (data: JoinedFields, tally: Tally) => Shaped;

/** What a shape is compiled against. */
export interface ShapeContext {
  schema: GraphQLSchema;
  ownersOf(type: string, field: string): readonly string[];
  isHidden(type: string, value?: string): boolean;
}

type JoinedFields = Readonly<Record<string, unknown>>;

/**
 * Compiles the one pass over the joined data: client's keys in the client's order, leaves checked, null propagated
 * (spec, section 6.4.4), and, with treatments, each value treated and noted. What a type's fields are is worked out when
 * the first value of the type comes by.
 */
export function compileShape({ root, selections }: ResolvedSelections, context: ShapeContext, treatments?: Treatments): Shape {
  const complete = objectOf(root, { groups: [selections], treatment: treatments && { fields: treatments.fields } }, context, {
    isRoot: true,
  });
  return (data, tally) => {
    const faults: Fault[] = [];
    const shaped = complete(data, { faults, tally, root: data });
    for (const { path } of faults) path.reverse();
    return { data: shaped === INVALID ? null : (shaped as Record<string, unknown> | null), faults };
  };
}

/** What one pass gathers. */
interface Pass {
  faults: Fault[];
  tally: Tally;
  /** What the schema answers stands there, also for a query object further down. */
  root: JoinedFields;
}

/**
 * Completes a value. Null stands for an absent value or one that became null; INVALID for null where null is not allowed.
 * A fault is noted with its path from here, last step first; whoever called adds the step that led here. Where an object
 * or a list becomes null, what the tally noted inside is taken back.
 */
type Complete = (value: unknown, pass: Pass) => unknown;

function completerOf(type: GraphQLOutputType, selected: Selected, context: ShapeContext): Complete {
  if (isNonNullType(type)) return nonNull(completerOf(type.ofType, selected, context));
  if (isListType(type)) return listOf(completerOf(type.ofType, selected, context));
  if (isObjectType(type)) return objectOf(type, selected, context);
  if (isCompositeType(type)) return abstractOf(type, selected, context);
  const leaf = leafCompleter(type, context.isHidden);
  const complete: Complete = (value, { faults }) => {
    if (value === null || value === undefined) return null;
    const completed = leaf(value);
    return completed === INVALID ? spoilt(faults, `Value is not a valid ${type.name}.`) : completed;
  };
  return selected.treatment?.treated ? treatLeaf(complete, selected.treatment.treated) : complete;
}

function nonNull(complete: Complete): Complete {
  return (value, pass) => {
    const before = pass.faults.length;
    const completed = complete(value, pass);
    if (completed !== null) return completed;
    if (pass.faults.length === before) spoilt(pass.faults, 'Cannot return null for a non-nullable field.');
    return INVALID;
  };
}

function listOf(complete: Complete): Complete {
  return (value, pass) => {
    if (value === null || value === undefined) return null;
    const { faults, tally } = pass;
    if (!Array.isArray(value)) return spoilt(faults, 'Value is not a list.');
    let valid = true;
    let isWritten = false;
    const mark = tally.mark();
    const completed: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      const before = faults.length;
      const element = complete(value[index], pass);
      if (faults.length !== before) extendPaths(faults, before, index);
      if (element === INVALID) valid = false;
      if (element instanceof Written) isWritten = true;
      completed.push(element);
    }
    if (valid) return isWritten ? writeList(completed) : completed;
    tally.takeBack(mark);
    return null;
  };
}

function objectOf(
  type: GraphQLCompositeType,
  selected: Selected,
  context: ShapeContext,
  { isRoot = false }: { isRoot?: boolean } = {},
): Complete {
  const slot = selected.treatment?.treated?.objects;
  let completeFields: CompleteObject<Pass> | undefined;
  return (value, pass) => {
    if (value === null || value === undefined) return null;
    const { tally } = pass;
    if (typeof value !== 'object' || Array.isArray(value)) return spoilt(pass.faults, 'Value is not an object.');
    completeFields ??= compileObject(fieldsOf(type, selected, context), { isRoot });
    const mark = tally.mark();
    const { kind, subject } = tally;
    if (slot !== undefined) tally.notePresent(slot);
    const shown = completeFields(value as JoinedFields, pass);
    tally.kind = kind;
    tally.subject = subject;
    if (shown === null) tally.takeBack(mark);
    return shown;
  };
}

function abstractOf(type: GraphQLCompositeType, selected: Selected, context: ShapeContext): Complete {
  const runtimeTypes = new Map<unknown, Complete>();
  return (value, pass) => {
    if (value === null || value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return spoilt(pass.faults, 'Value is not an object.');
    const typename = (value as { __typename?: unknown }).__typename;
    const known = runtimeTypes.get(typename);
    if (known) return known(value, pass);
    const runtimeType = runtimeTypeOf(typename, type, context.schema);
    // A name that the schema does not know is not kept: a subgraph could send any number of them.
    if (runtimeType === undefined)
      return context.isHidden(String(typename)) ? null : spoilt(pass.faults, `Value is of no type of ${type.name}.`);
    const complete =
      isAbstractType(runtimeType) && dependsOnType(selected.groups, runtimeType, context.schema)
        ? typeUnknown(runtimeType)
        : objectOf(runtimeType, selected, context);
    runtimeTypes.set(typename, complete);
    return complete(value, pass);
  };
}

/**
 * An object whose type is asked for and was not told, as when the subgraph that knows it had an error: nobody can say which
 * fields it has (spec, section 6.4.3, ResolveAbstractType).
 */
function typeUnknown({ name }: GraphQLCompositeType): Complete {
  return (_, { faults }) => spoilt(faults, `The object's type is not known beyond ${name}.`);
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

function fieldsOf(
  type: GraphQLCompositeType,
  { groups, treatment }: Selected,
  context: ShapeContext,
): readonly ShapedField<Pass>[] {
  const collected = collectFields(groups, type, context.schema);
  if (treatment === undefined) return collected.map((field) => fieldOf(field, type, context));
  // Objects of a type that the plan took for a leaf: nothing says how their fields are to be treated.
  if (treatment.fields === undefined) throw blocked(treatment.treated?.coordinate ?? type.name);
  const byKey = new Map(collected.map((field) => [field.responseKey, field]));
  const shown = treatment.fields.map((field) => treatedField(field, byKey.get(field.responseKey), type, context));
  if (!treatment.isSubject) return shown;
  const id = byKey.get(SUBJECT_ID_KEY);
  return [
    entering(id ? fieldOf(id, type, context) : { ...NOWHERE, responseKey: SUBJECT_ID_KEY, complete: () => null }),
    ...shown,
  ];
}

/** The subject's id was fetched to know whose fields these are. */
function entering(id: ShapedField<Pass>): ShapedField<Pass> {
  const enter: Complete = (value, pass) => {
    const completed = id.complete(value, pass);
    pass.tally.enterSubject(completed);
    return completed;
  };
  return { ...completedBy(id, enter), isShown: false };
}

/** The field with another way to complete its values, which goes for its texts too. */
function completedBy(field: ShapedField<Pass>, complete: Complete): ShapedField<Pass> {
  return { ...field, complete, text: undefined };
}

function treatedField(
  field: TreatedField,
  collected: CollectedField | undefined,
  parent: GraphQLCompositeType,
  context: ShapeContext,
): ShapedField<Pass> {
  const { responseKey, treated } = field;
  const shaped = collected && fieldOf(collected, parent, context, field);
  if (!treated) return { ...(shaped ?? { ...NOWHERE, responseKey, complete: () => null }), isShown: !field.isHidden };
  if (!shaped) return { ...NOWHERE, responseKey, complete: withhold(undefined, treated) };
  const isSometimesWithheld = treated.byKind.some(({ withheld }) => withheld);
  return isSometimesWithheld ? completedBy(shaped, withhold(shaped.complete, treated)) : shaped;
}

/** A field that was not fetched. */
const NOWHERE = { planKey: undefined, isShown: true, owners: () => [] };

function fieldOf(
  field: CollectedField,
  parent: GraphQLCompositeType,
  context: ShapeContext,
  treatment?: TreatedField,
): ShapedField<Pass> {
  const { responseKey, planKey, definition } = field;
  const complete = completerOfField(field, parent, context, treatment);
  const isComposite = isCompositeType(getNamedType(definition.type));
  return {
    responseKey,
    planKey,
    isShown: true,
    complete: isComposite ? passingOn(complete, field, context, treatment) : complete,
    text: textOf(definition, treatment?.treated),
    isComposite,
    owners: () => (definition === TypeNameMetaFieldDef ? [] : context.ownersOf(parent.name, definition.name)),
  };
}

/** What was recognized passes as it is, wherever it can. */
function passingOn(complete: Complete, { below }: CollectedField, { schema }: ShapeContext, treatment?: TreatedField): Complete {
  const passOn = createPassOn({ groups: below, treatment }, schema);
  return (value, pass) => {
    if (!(value instanceof Passage)) return complete(value, pass);
    return passOn(value, pass.tally) ?? complete(value.value(), pass);
  };
}

function completerOfField(
  { planKey, definition, below }: CollectedField,
  parent: GraphQLCompositeType,
  context: ShapeContext,
  treatment: TreatedField | undefined,
): Complete {
  if (isIntrospection(definition)) return (_, { root }) => root[planKey] ?? null;
  if (definition !== TypeNameMetaFieldDef) {
    const complete = completerOf(definition.type, { groups: below, treatment }, context);
    const { treated, fields } = treatment ?? {};
    return treated && !fields && isList(definition.type) ? treatLeaves(complete, treated) : complete;
  }
  return () => parent.name;
}

/** Undefined where something else may have to be done with a text than to note it. */
function textOf(definition: CollectedField['definition'], treated: TreatedField['treated']): ShapedField<Pass>['text'] {
  if (definition === TypeNameMetaFieldDef || !takesAnyText(definition.type)) return undefined;
  return treated === undefined ? { slot: undefined } : plainText(treated);
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}
