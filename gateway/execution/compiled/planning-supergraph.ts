import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type NameNode,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type TypeNode,
  visit,
} from 'graphql';

/** A supergraph in the form that is given to the planner. */
export interface PlanningSupergraph {
  document: DocumentNode;
  /** Fields that the planner knows by a name of their own, by that name. */
  requiredFields: ReadonlyMap<string, RequiredField>;
}

/** A field with the arguments that some `@requires` gives it. */
export interface RequiredField {
  name: string;
  arguments: readonly ArgumentNode[];
}

type FieldsDefinition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Rewrites a supergraph in two places where the planner would go wrong. A field that `@requires` names with arguments
 * becomes a field of its own without any: two fields may require it with other arguments, and the planner would fetch it
 * once. And keys by which a subgraph cannot be asked come last: returning to a subgraph, the planner takes its first key.
 * @returns the document itself when there is nothing to rewrite.
 */
export function planningSupergraph(supergraph: DocumentNode): PlanningSupergraph {
  const types = new Map(supergraph.definitions.filter(hasFields).map((type) => [type.name.value, type]));
  const names = new RequiredNames(types);
  const renamed = visit(supergraph, {
    FieldDefinition: {
      leave: (field, _key, _parent, _path, ancestors) => renameRequired(field, typeAround(ancestors), names),
    },
  });
  const rewrite = <Type extends FieldsDefinition>(type: Type) => {
    const rewritten = withResolvableKeysFirst(withRequiredFields(type, names));
    return rewritten === type ? undefined : rewritten;
  };
  const document = visit(renamed, { ObjectTypeDefinition: rewrite, InterfaceTypeDefinition: rewrite });
  return { document, requiredFields: names.fields };
}

function hasFields(node: { kind: string }): node is FieldsDefinition {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function typeAround(ancestors: readonly unknown[]): string {
  const type = ancestors.findLast((node) => typeof node === 'object' && node !== null && hasFields(node as { kind: string }));
  return type === undefined ? '' : (type as FieldsDefinition).name.value;
}

/** Gives each field with given arguments one name, and remembers which types need it. */
class RequiredNames {
  readonly fields = new Map<string, RequiredField>();
  readonly #types: ReadonlyMap<string, FieldsDefinition>;
  readonly #names = new Map<string, string>();
  readonly #places = new Map<string, Set<string>>();
  readonly #prefix: string;

  constructor(types: ReadonlyMap<string, FieldsDefinition>) {
    this.#types = types;
    const known = [...types.values()].flatMap(({ fields = [] }) => fields.map(({ name }) => name.value));
    let prefix = '_r';
    while (known.some((name) => name.startsWith(prefix))) prefix += 'r';
    this.#prefix = prefix;
  }

  definition(type: string, field: string): FieldDefinitionNode | undefined {
    return this.#types.get(type)?.fields?.find(({ name }) => name.value === field);
  }

  nameOf({ name, arguments: args = [] }: FieldNode, type: string): string {
    const identity = `${name.value}(${args.map(print).sort().join()})`;
    const own = this.#names.get(identity) ?? `${this.#prefix}${this.#names.size}`;
    this.#names.set(identity, own);
    this.fields.set(own, { name: name.value, arguments: args });
    for (const place of [type, ...this.#implementations(type)]) this.#add(place, own);
    return own;
  }

  neededIn(type: string): readonly string[] {
    return [...(this.#places.get(type) ?? [])];
  }

  #add(type: string, own: string): void {
    this.#places.set(type, (this.#places.get(type) ?? new Set()).add(own));
  }

  #implementations(type: string): string[] {
    return [...this.#types.values()]
      .filter(({ interfaces = [] }) => interfaces.some(({ name }) => name.value === type))
      .map(({ name }) => name.value);
  }
}

function renameRequired(field: FieldDefinitionNode, type: string, names: RequiredNames): FieldDefinitionNode | undefined {
  const { directives = [] } = field;
  const renamed = directives.map((directive) => {
    const required = stringOf(directive, 'requires');
    const own = required && renamedSet(required, type, names);
    return own === required || own === undefined ? directive : withString(directive, 'requires', own);
  });
  return renamed.every((directive, index) => directive === directives[index]) ? undefined : { ...field, directives: renamed };
}

function stringOf({ name, arguments: args = [] }: ConstDirectiveNode, argument: string): string | undefined {
  const value = name.value === 'join__field' ? args.find((each) => each.name.value === argument)?.value : undefined;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function withString(directive: ConstDirectiveNode, argument: string, value: string): ConstDirectiveNode {
  return {
    ...directive,
    arguments: (directive.arguments ?? []).map((each) =>
      each.name.value === argument ? { ...each, value: { kind: Kind.STRING, value } } : each,
    ),
  };
}

function renamedSet(fieldSet: string, type: string, names: RequiredNames): string {
  const [operation] = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return fieldSet;
  const { selections } = operation.selectionSet;
  const renamed = selections.map((node) => print(renamedSelection(node, type, names))).join(' ');
  return renamed === selections.map(print).join(' ') ? fieldSet : renamed;
}

function renamedSelection(node: SelectionNode, type: string, names: RequiredNames): SelectionNode {
  if (node.kind === Kind.FRAGMENT_SPREAD) return node;
  const definition = node.kind === Kind.FIELD ? names.definition(type, node.name.value) : undefined;
  const below =
    node.kind === Kind.INLINE_FRAGMENT ? (node.typeCondition?.name.value ?? type) : definition && namedType(definition.type);
  const selectionSet = node.selectionSet && {
    ...node.selectionSet,
    selections: node.selectionSet.selections.map((each) => renamedSelection(each, below ?? type, names)),
  };
  if (node.kind === Kind.INLINE_FRAGMENT) return { ...node, selectionSet: selectionSet ?? node.selectionSet };
  const rest = { ...node, ...(selectionSet && { selectionSet }) };
  if (definition?.arguments === undefined || definition.arguments.length === 0) return rest;
  return { ...rest, name: nameNode(names.nameOf(node, type)), arguments: [] };
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

/** Whoever has the field has it under the other names too. */
function withRequiredFields<Type extends FieldsDefinition>(type: Type, names: RequiredNames): Type {
  const added = names.neededIn(type.name.value).flatMap((own) => {
    const original = type.fields?.find(({ name }) => name.value === names.fields.get(own)?.name);
    return original ? [{ ...original, name: nameNode(own), arguments: [] }] : [];
  });
  return added.length === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...added] };
}

function withResolvableKeysFirst<Type extends FieldsDefinition>(type: Type): Type {
  const directives = type.directives ?? [];
  const last = directives.filter(isUnresolvableKey);
  return last.length === 0 ? type : { ...type, directives: [...directives.filter((each) => !last.includes(each)), ...last] };
}

function isUnresolvableKey({ name, arguments: args = [] }: ConstDirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    args.some((each) => each.name.value === 'resolvable' && each.value.kind === Kind.BOOLEAN && !each.value.value)
  );
}
