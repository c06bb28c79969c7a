import type { Supergraph } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { GraphQLError, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** Throws when a plan asks a subgraph for what it only needs and does not have. */
export type AssertPlan = (plan: QueryPlan) => void;

/**
 * The planner (2.14.4) loses its way where one `@requires` needs a field that has a `@requires` of its own in between two
 * subgraphs: it asks a subgraph for the very field that must be brought to it. An answer from such a plan would be wrong, so
 * there is none.
 * @returns undefined for a supergraph in which no `@requires` needs another.
 */
export function planAssertion(supergraph: Supergraph): AssertPlan | undefined {
  const needed = neededFields(supergraph);
  if (![...needed.values()].some((fields) => [...fields].some((name) => isComputed(supergraph, name)))) return undefined;
  return ({ node }) => {
    for (const { serviceName, operation } of fetchesIn(node)) {
      const schema = supergraph.subgraphs().get(serviceName)?.schema.toGraphQLJSSchema();
      const types = schema && new TypeInfo(schema);
      if (types === undefined) continue;
      visit(
        parse(operation, { noLocation: true }),
        visitWithTypeInfo(types, {
          Field: ({ name }) => {
            if (!needed.get(serviceName)?.has(`${types.getParentType()?.name}.${name.value}`)) return;
            throw new GraphQLError(`The fields that ${name.value} and its neighbours require of one another cannot be planned.`);
          },
        }),
      );
    }
  };
}

/** By subgraph, the coordinates of the fields that it has for the sake of `@requires` alone. */
function neededFields(supergraph: Supergraph): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    [...supergraph.subgraphs().values()].map((subgraph) => {
      const metadata = subgraph.metadata();
      const given = [metadata.providesDirective(), metadata.keyDirective()].flatMap((directive) =>
        [...directive.applications()].map((applied) => (applied.arguments() as { fields: string }).fields),
      );
      const isGiven = (name: string) => given.some((fields) => new RegExp(`\\b${name}\\b`).test(fields));
      const coordinates = subgraph.schema
        .objectTypes()
        .flatMap((type) => type.fields())
        .filter((field) => metadata.isFieldExternal(field) && !isGiven(field.name))
        .map((field) => field.coordinate);
      return [subgraph.name, new Set(coordinates)];
    }),
  );
}

function isComputed(supergraph: Supergraph, coordinate: string): boolean {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  return [...supergraph.subgraphs().values()].some((subgraph) => {
    const type = subgraph.schema.type(typeName);
    if (type?.kind !== 'ObjectType') return false;
    return type.field(fieldName)?.hasAppliedDirective(subgraph.metadata().requiresDirective().name) ?? false;
  });
}

function fetchesIn(node: QueryPlan['node'] | PlanNode): readonly { serviceName: string; operation: string }[] {
  switch (node?.kind) {
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesIn(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesIn);
    default:
      return [];
  }
}
