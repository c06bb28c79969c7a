import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, isInterfaceType, isObjectType, parse } from 'graphql';
import { createExecution, type FederatedExecution, type SubgraphAnswer } from '../../gateway/execution/index.ts';

type Row = Readonly<Record<string, unknown>>;
type Resolvers = Record<string, Record<string, unknown>>;

/** A subgraph: its schema, the entities it knows by type, and what is more than a row's property. */
export interface SubgraphFixture {
  sdl: string;
  entities?: Readonly<Record<string, readonly Row[]>>;
  resolvers?: Resolvers;
}

/** One operation with the answer that the specifications demand. */
export interface FederationCase {
  /** What is tried, as the end of the sentence "answers …". */
  what: string;
  query: string;
  variables?: Readonly<Record<string, unknown>>;
  /** Compared as JSON text: the order of keys counts. */
  data: unknown;
  /** `path code`, in any order; none, when left out. */
  errors?: readonly string[];
  /** Names of the subgraphs asked, in order of their names, each as often as it was asked; not looked at when left out. */
  asked?: string;
}

/** A supergraph with its operations. */
export interface FederationSuite {
  name: string;
  subgraphs: Readonly<Record<string, SubgraphFixture>>;
  override?: (label: string) => boolean;
  cases: readonly FederationCase[];
}

const IMPORTS = ['key', 'shareable', 'external', 'requires', 'provides', 'override', 'interfaceObject', 'inaccessible', 'tag'];
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: [${[...IMPORTS, 'extends', 'context', 'fromContext'].map((name) => `"@${name}"`).join(', ')}])`;

/** Federation 2 schema text. */
export function federation2(sdl: string): string {
  return `${LINK}\n${sdl}`;
}

/** Composes the subgraphs of a suite; throws what composition says against them. */
function composeSuite({ subgraphs }: Pick<FederationSuite, 'subgraphs'>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({ name, url: `http://${name}.example`, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'));
  return supergraphSdl;
}

/** An execution over a suite's subgraphs; every request to a subgraph is told. */
export function executionOf(
  suite: FederationSuite,
  told: (subgraph: string, query: string) => void,
): FederatedExecution<undefined> {
  const schemas = Object.fromEntries(Object.entries(suite.subgraphs).map(([name, fixture]) => [name, schemaOf(fixture)]));
  return createExecution<undefined>({
    supergraphSdl: composeSuite(suite),
    ...(suite.override && { override: suite.override }),
    transport: async (subgraph, { query, variables, operationName }) => {
      told(subgraph, query);
      const schema = schemas[subgraph];
      if (schema === undefined) throw new Error(`nobody is called ${subgraph}`);
      const result = await graphql({ schema, source: query, variableValues: variables, operationName: operationName ?? null });
      return JSON.parse(JSON.stringify(result)) as SubgraphAnswer;
    },
  });
}

function schemaOf({ sdl, entities = {}, resolvers = {} }: SubgraphFixture) {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  for (const [name, rows] of Object.entries(entities)) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) throw new TypeError(`${name} is no type of entities`);
    type.extensions = { apollo: { subgraph: { resolveReference: (reference: Row) => rowOf(reference, name, rows) } } };
  }
  return schema;
}

/** The row that agrees with the reference wherever both say something, and with it what only the reference says: `@requires`. */
function rowOf(reference: Row, typeName: string, rows: readonly Row[]): Row | null {
  const row = rows.find((each) => agrees(reference, each));
  return row ? { ...reference, __typename: typeName, ...row } : null;
}

function agrees(reference: unknown, row: unknown): boolean {
  if (typeof reference !== 'object' || reference === null || typeof row !== 'object' || row === null) return reference === row;
  const shared = Object.keys(reference).filter((key) => key !== '__typename' && key in row);
  return shared.every((key) => agrees((reference as Row)[key], (row as Row)[key]));
}
