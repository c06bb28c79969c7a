import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, Kind, parse, type SelectionNode } from 'graphql';

/** A supergraph with its planner: everything that is compiled against it dies with it. */
export interface LoadedSupergraph {
  /** What clients query. */
  apiSchema: GraphQLSchema;
  subgraphs: readonly string[];
  /** Plans a document of one operation whose fields are all in the API schema. Throws a GraphQLError when there is no plan. */
  plan(document: DocumentNode): QueryPlan;
  /** Names of the types that are, or always are also, the named one; hidden types of the subgraphs included. */
  typesThatAre(name: string): ReadonlySet<string>;
  /** Interfaces that some subgraph has as an object type (`@interfaceObject`): there `__typename` names no object type. */
  interfaceObjects: ReadonlySet<string>;
  /** Subgraphs that can answer a field. */
  ownersOf(type: string, field: string): readonly string[];
  /** Beginning of response keys that no field of the supergraph has. */
  ownKey: string;
  /** Names of the fields that a plan must not share with the client: see {@link contestedFields}. */
  contestedFields: ReadonlySet<string>;
}

/**
 * Loads supergraph SDL, as `rover` or `@apollo/composition` print it.
 * @throws when it is not a valid supergraph.
 */
export function loadSupergraph(supergraphSdl: string): LoadedSupergraph {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true });
  const api = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  const kinds = new Map<string, ReadonlySet<string>>();
  return {
    apiSchema: api.toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
    // Validated by whoever accepts the document; checking it twice would cost as much as planning.
    plan: (document) => planner.buildQueryPlan(operationFromDocument(api, document, { validate: false })),
    typesThatAre(name) {
      const known = kinds.get(name) ?? new Set([name, ...narrowerTypes(supergraph, name)]);
      kinds.set(name, known);
      return known;
    },
    interfaceObjects: interfaceObjects(supergraph),
    ownersOf: (type, field) => ownersOf(supergraph, type, field),
    ownKey: ownKeyOf(supergraph),
    contestedFields: contestedFields(supergraph),
  };
}

function narrowerTypes({ schema }: Supergraph, name: string): string[] {
  const type = schema.type(name);
  if (type?.kind === 'InterfaceType') return type.allImplementations().map((implementation) => implementation.name);
  return type?.kind === 'UnionType' ? type.types().map((member) => member.name) : [];
}

function interfaceObjects(supergraph: Supergraph): ReadonlySet<string> {
  const interfaces = [...supergraph.schema.interfaceTypes()].map(({ name }) => name);
  const subgraphs = [...supergraph.subgraphs().values()];
  return new Set(interfaces.filter((name) => subgraphs.some(({ schema }) => schema.type(name)?.kind === 'ObjectType')));
}

function ownersOf(supergraph: Supergraph, typeName: string, fieldName: string): string[] {
  const owners = [...supergraph.subgraphs().values()].filter((subgraph) => {
    const type = subgraph.schema.type(typeName);
    if (type?.kind !== 'ObjectType' && type?.kind !== 'InterfaceType') return false;
    const field = type.field(fieldName);
    return field !== undefined && !subgraph.metadata().isFieldExternal(field);
  });
  return owners.map(({ name }) => name);
}

/** As short as it can be: it travels with every value of a renamed field. */
function ownKeyOf(supergraph: Supergraph): string {
  const names = fieldsOf(supergraph).map(({ name }) => name);
  let key = '_q';
  while (names.some((name) => name.startsWith(key))) key = `_${key}`;
  return key;
}

/**
 * Fields that take arguments in some type, and fields that some `@requires` names: a plan may ask for them with other
 * arguments or for more of them than the client does, and what goes wrong there is not the client's.
 */
function contestedFields(supergraph: Supergraph): ReadonlySet<string> {
  const names = fieldsOf(supergraph).flatMap((field) => {
    const required = field
      .appliedDirectivesOf('join__field')
      .map((directive) => (directive.arguments() as { requires?: string }).requires);
    return [...(field.hasArguments() ? [field.name] : []), ...required.flatMap(topFields)];
  });
  return new Set(names);
}

function topFields(fieldSet: string | undefined): string[] {
  if (fieldSet === undefined) return [];
  const [operation] = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions;
  const selections = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  return namesIn(selections);
}

function namesIn(selections: readonly SelectionNode[]): string[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node.name.value];
    return node.kind === Kind.INLINE_FRAGMENT ? namesIn(node.selectionSet.selections) : [];
  });
}

function fieldsOf({ schema }: Supergraph) {
  return [...schema.objectTypes(), ...schema.interfaceTypes()].flatMap((type) => [...type.fields()]);
}
