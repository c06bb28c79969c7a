import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  operationFromDocument,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner, type QueryPlanSelectionNode, trimSelectionNodes } from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, type GraphQLSchema, Kind, parse, type SelectionNode } from 'graphql';
import { planAssertion } from './assert-plan.ts';
import { planningSupergraph, type RequiredField } from './planning-supergraph.ts';

/** A supergraph with its planner: everything that is compiled against it dies with it. */
export interface LoadedSupergraph {
  /** What clients query. */
  apiSchema: GraphQLSchema;
  subgraphs: readonly string[];
  /** Plans a document of one operation whose fields are all in the API schema. Throws a GraphQLError when there is no plan. */
  plan(document: DocumentNode, overrides: readonly string[]): QueryPlan;
  /** Labels of progressive overrides (`@override(label:)`). */
  overrideLabels: readonly string[];
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
  /** Whether a type, or a value of an enum, is the subgraphs' own affair: they know it, clients do not. */
  isHidden(type: string, value?: string): boolean;
  /** Fields that plans call by another name than their subgraphs do. */
  requiredFields: ReadonlyMap<string, RequiredField>;
  /** What a subgraph needs of an object to answer a field of it: `@requires`, in the plan's words. */
  requiredBy(subgraph: string, type: string, field: string): readonly QueryPlanSelectionNode[];
  /** Whether any field requires anything. */
  requires: boolean;
}

/** What the planner knows of itself, and contexts, which are compiled here; a demand for security that nobody here meets is refused. */
const FEATURES = new Set([...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, 'https://specs.apollo.dev/context/v0.1']);

/**
 * Loads supergraph SDL, as `rover` or `@apollo/composition` print it.
 * @throws when it is not a valid supergraph.
 */
export function loadSupergraph(supergraphSdl: string): LoadedSupergraph {
  const given = Supergraph.build(supergraphSdl, { validateSupergraph: true, supportedFeatures: FEATURES });
  const written = parse(supergraphSdl, { noLocation: true });
  const { document, requiredFields } = planningSupergraph(written);
  // The rewritten one leaves fields external that nothing requires any more: only the given one is validated, subgraphs included.
  const supergraph =
    document === written
      ? given
      : given.subgraphs() && Supergraph.build(document, { validateSupergraph: false, supportedFeatures: FEATURES });
  const api = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph, { typeConditionedFetching: true });
  const assertPlan = planAssertion(supergraph);
  const kinds = new Map<string, ReadonlySet<string>>();
  return {
    apiSchema: given.apiSchema().toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
    // Validated by whoever accepts the document; checking it twice would cost as much as planning.
    plan(document, overrides) {
      const operation = operationFromDocument(api, document, { validate: false });
      const plan = planner.buildQueryPlan(operation, { overrideConditions: new Map(overrides.map((label) => [label, true])) });
      assertPlan?.(plan);
      return plan;
    },
    overrideLabels: overrideLabels(supergraph),
    typesThatAre(name) {
      const known = kinds.get(name) ?? new Set([name, ...narrowerTypes(supergraph, name)]);
      kinds.set(name, known);
      return known;
    },
    interfaceObjects: interfaceObjects(supergraph),
    ownersOf: (type, field) => ownersOf(supergraph, type, field),
    ownKey: ownKeyOf(supergraph),
    contestedFields: contestedFields(supergraph),
    isHidden: (type, value) => isHidden(supergraph, api, type, value),
    requiredFields,
    requires: fieldsOf(supergraph).some((field) => appliedOf<JoinField>(field, 'join__field').some(({ requires }) => requires)),
    requiredBy: (subgraph, type, field) => requiredBy(supergraph, subgraph, type, field),
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
 * Fields that take arguments in some type, fields that some `@requires` names, and objects in keys and contexts: a plan may ask for them with
 * other arguments or for more of them than the client does, and what goes wrong there is not the client's, nor the other way round.
 */
function contestedFields(supergraph: Supergraph): ReadonlySet<string> {
  const fields = fieldsOf(supergraph);
  const joined = fields.flatMap((field) => appliedOf<JoinField>(field, 'join__field'));
  const keys = typesOf(supergraph).flatMap((type) => appliedOf<{ key?: string }>(type, 'join__type').map(({ key }) => key));
  const contexts = joined.flatMap(({ contextArguments = [] }) => contextArguments.map(({ selection }) => selection));
  return new Set([
    ...fields.filter((field) => field.hasArguments()).map(({ name }) => name),
    ...joined.flatMap(({ requires }) => topFields(requires)).map(({ name }) => name.value),
    ...[...keys, ...contexts]
      .flatMap(topFields)
      .filter(({ selectionSet }) => selectionSet)
      .map(({ name }) => name.value),
  ]);
}

/** Arguments of `@join__field` that are read here (join v0.5). */
interface JoinField {
  requires?: string;
  overrideLabel?: string;
  contextArguments?: readonly { selection: string }[];
}

interface Directed {
  appliedDirectivesOf(name: string): readonly { arguments(): object }[];
}

function appliedOf<Arguments>(element: Directed, directive: string): Arguments[] {
  return element.appliedDirectivesOf(directive).map((applied) => applied.arguments() as Arguments);
}

function topFields(fieldSet: string | undefined): FieldNode[] {
  return fieldSet === undefined ? [] : fieldsIn(selectionsOf(fieldSet));
}

/** Of a field set, which contexts write with its braces. */
function selectionsOf(fieldSet: string): readonly SelectionNode[] {
  const text = fieldSet.trimStart().startsWith('{') ? fieldSet : `{ ${fieldSet} }`;
  const [operation] = parse(text, { noLocation: true }).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
}

function fieldsIn(selections: readonly SelectionNode[]): FieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    return node.kind === Kind.INLINE_FRAGMENT ? fieldsIn(node.selectionSet.selections) : [];
  });
}

function typesOf({ schema }: Supergraph) {
  return [...schema.objectTypes(), ...schema.interfaceTypes()];
}

function fieldsOf(supergraph: Supergraph) {
  return typesOf(supergraph).flatMap((type) => [...type.fields()]);
}

function overrideLabels(supergraph: Supergraph): string[] {
  const labels = fieldsOf(supergraph).flatMap((field) =>
    appliedOf<JoinField>(field, 'join__field').map(({ overrideLabel }) => overrideLabel),
  );
  return [...new Set(labels.filter((label) => label !== undefined))].sort();
}

function isHidden({ schema }: Supergraph, api: Schema, name: string, value?: string): boolean {
  const [type, shown] = [schema.type(name), api.type(name)];
  if (value === undefined) return type !== undefined && shown === undefined;
  return type?.kind === 'EnumType' && type.value(value) !== undefined && shown?.kind === 'EnumType' && !shown.value(value);
}

function requiredBy(supergraph: Supergraph, subgraph: string, type: string, field: string): readonly QueryPlanSelectionNode[] {
  const schema = supergraph.subgraphs().get(subgraph);
  const definition = schema?.schema.type(type);
  if (schema === undefined || (definition?.kind !== 'ObjectType' && definition?.kind !== 'InterfaceType')) return [];
  const applied = definition.field(field)?.appliedDirectivesOf(schema.metadata().requiresDirective()) ?? [];
  return applied.flatMap((directive) => trimSelectionNodes(selectionsOf(directive.arguments().fields)));
}
