import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { takesAnyText } from '../compiled/complete-leaf.ts';
import { type EndOf, endOfLeaf, endOfOneOf } from './leaf-ends.ts';

/**
 * The one form in which the answer to a selection passes without being read: its fields in the order they were asked for, nothing between
 * them, each value one that its type allows. So JSON.stringify writes what graphql-js answers; what has any other form is read.
 */
export type Form = LeafForm | ListForm | ObjectForm;

interface AnyForm {
  nullable: boolean;
}

export interface LeafForm extends AnyForm {
  kind: 'leaf';
  endOf: EndOf;
  /** Whether it may be any text. */
  isText: boolean;
}

export interface ListForm extends AnyForm {
  kind: 'list';
  of: Form;
}

export interface ObjectForm extends AnyForm {
  kind: 'object';
  type: GraphQLObjectType;
  /** In their order; keys are the plan's. */
  fields: readonly { key: string; form: Form }[];
}

/** The form of a field's value; undefined where there is none, as for types that must be told. */
function formOfField({ name, selectionSet }: FieldNode, parent: GraphQLObjectType): Form | undefined {
  if (name.value === TypeNameMetaFieldDef.name)
    return { kind: 'leaf', nullable: false, endOf: endOfOneOf([parent.name]), isText: false };
  const definition = parent.getFields()[name.value];
  return definition && formOf(definition.type, selectionSet);
}

function formOf(type: GraphQLOutputType, selectionSet: SelectionSetNode | undefined, nullable = true): Form | undefined {
  if (isNonNullType(type)) return formOf(type.ofType, selectionSet, false);
  if (isListType(type)) {
    const of = formOf(type.ofType, selectionSet);
    return of && { kind: 'list', nullable, of };
  }
  if (isLeafType(type)) return { kind: 'leaf', nullable, endOf: endOfLeaf(type), isText: takesAnyText(type) };
  if (!isObjectType(type) || selectionSet === undefined) return undefined;
  const fields = formsOf(selectionSet, type);
  return fields && { kind: 'object', nullable, type, fields };
}

/** The forms of an object's fields, each key once; undefined where one has none. */
export function formsOf({ selections }: SelectionSetNode, type: GraphQLObjectType): ObjectForm['fields'] | undefined {
  const fields = new Map<string, Form>();
  for (const node of selections) {
    if (node.kind !== Kind.FIELD) return undefined;
    const key = (node.alias ?? node.name).value;
    const form = formOfField(node, type);
    if (form === undefined || fields.has(key)) return undefined;
    fields.set(key, form);
  }
  return Array.from(fields, ([key, form]) => ({ key, form }));
}
