import type {
  ConstDirectiveNode,
  DefinitionNode,
  DocumentNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  ObjectTypeDefinitionNode,
  ObjectTypeExtensionNode,
  TypeNode,
} from 'graphql';
import { Kind } from 'graphql';

/** A field, argument or input field of one subgraph, as its SDL writes it. */
export interface Coordinate {
  coordinate: string;
  kind: 'field' | 'argument' | 'input';
  node: FieldDefinitionNode | InputValueDefinitionNode;
  /** Part of the type's `@key`. */
  isKey: boolean;
  /** The type or the field is `@shareable`. */
  isShareable: boolean;
}

/** Every field, argument and input field a subgraph declares, `external` ones left out. */
export function coordinatesOf({ definitions }: DocumentNode): Coordinate[] {
  return definitions.flatMap((type) => {
    if (isObject(type)) return (type.fields ?? []).flatMap((field) => ofField(type, field));
    if (type.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION && type.kind !== Kind.INPUT_OBJECT_TYPE_EXTENSION) return [];
    return (type.fields ?? []).map((node): Coordinate => {
      return { coordinate: `${type.name.value}.${node.name.value}`, kind: 'input', node, isKey: false, isShareable: false };
    });
  });
}

/** The first application of a directive to a definition. */
export function directiveOf(
  node: { directives?: readonly ConstDirectiveNode[] | undefined },
  name: string,
): ConstDirectiveNode | undefined {
  return node.directives?.find((candidate) => candidate.name.value === name);
}

/** A directive argument as text, whether written as a string or an enum value; undefined when absent. */
export function argumentText(node: ConstDirectiveNode | undefined, argument: string): string | undefined {
  const value = node?.arguments?.find(({ name }) => name.value === argument)?.value;
  return value !== undefined && 'value' in value ? String(value.value) : undefined;
}

/** The type's name without list and non-null wrappers. */
export function namedTypeOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedTypeOf(type.type);
}

function isObject(node: DefinitionNode): node is ObjectTypeDefinitionNode | ObjectTypeExtensionNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
}

function ofField(type: ObjectTypeDefinitionNode | ObjectTypeExtensionNode, node: FieldDefinitionNode): Coordinate[] {
  if (directiveOf(node, 'external') !== undefined) return [];
  const coordinate = `${type.name.value}.${node.name.value}`;
  const keys = (type.directives ?? []).filter(({ name }) => name.value === 'key');
  const isKey = keys.some((key) => argumentText(key, 'fields')?.split(/\W+/).includes(node.name.value));
  const isShareable = (directiveOf(type, 'shareable') ?? directiveOf(node, 'shareable')) !== undefined;
  const place = { isKey: false, isShareable };
  return [
    { coordinate, kind: 'field', node, isKey, isShareable },
    ...(node.arguments ?? []).map((argument): Coordinate => {
      return { coordinate: `${coordinate}(${argument.name.value}:)`, kind: 'argument', node: argument, ...place };
    }),
  ];
}
