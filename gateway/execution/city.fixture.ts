import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { createHash } from 'node:crypto';
import type { DepartmentCall, DepartmentRequest, DepartmentTransport } from './department-transport.ts';
import { readAnswer } from './department-transport.ts';
import type { ExecutionContext } from './execution.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const REGISTRY = parse(`${LINK}
  type Query { subject(id: ID!): CreditSubject subjects(ids: [ID!]!): [CreditSubject] }
  type CreditSubject @key(fields: "id") { id: ID! name: String }`);
const TAX = parse(`${LINK}
  type CreditSubject @key(fields: "id") { id: ID! tax: TaxStanding grade(year: Int): String }
  type TaxStanding { hasArrears: Boolean }`);

/** A city of two departments in memory, for tests of what joins them. */
export const SUPERGRAPH = compose({ registry: REGISTRY, tax: TAX });
/** The same city after its tax department added a field. */
export const NEXT_SUPERGRAPH = compose({
  registry: REGISTRY,
  tax: parse(`${LINK} type CreditSubject @key(fields: "id") { id: ID! tax: TaxStanding grade(year: Int): String audited: Boolean }
  type TaxStanding { hasArrears: Boolean }`),
});

const SCHEMAS = {
  registry: buildSubgraphSchema({
    typeDefs: REGISTRY,
    resolvers: {
      Query: {
        subject: (_: unknown, { id }: { id: string }) => (id === 'o-none' ? null : { id, name: `name of ${id}` }),
        subjects: (_: unknown, { ids }: { ids: string[] }) =>
          ids.map((id) => (id === 'o-none' ? null : { id, name: `name of ${id}` })),
      },
    },
  }),
  tax: buildSubgraphSchema({
    typeDefs: TAX,
    resolvers: {
      CreditSubject: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        tax: () => ({ hasArrears: true }),
        grade: ({ id }: { id: string }) => {
          if (id === 'o-broken') throw new Error('relation tax.grade of 91370112MAKNTN0T0P does not exist');
          return 'A';
        },
      },
    },
  }),
};

/** What a fake department was sent, in order. */
export interface FakeDepartment extends DepartmentTransport {
  readonly received: (DepartmentRequest & DepartmentCall)[];
  /** Replaces the department's behaviour for the next calls. */
  behave(send: (request: DepartmentRequest, call: DepartmentCall) => Promise<unknown>): void;
}

/** A department that answers truly until told to behave otherwise. */
export function fakeDepartment(name: keyof typeof SCHEMAS): FakeDepartment {
  const received: (DepartmentRequest & DepartmentCall)[] = [];
  let behaviour = async ({ query, variables }: DepartmentRequest, _call: DepartmentCall): Promise<unknown> =>
    JSON.parse(JSON.stringify(await graphql({ schema: SCHEMAS[name], source: query, variableValues: variables })));
  return {
    received,
    behave: (send) => {
      behaviour = send;
    },
    async send(request, call) {
      received.push({ ...request, ...call });
      return readAnswer(await behaviour(request, call));
    },
    ready: async () => true,
    close: async () => {},
  };
}

/** An operation as the disclosure plan hands it over. */
export function operation(text: string, name: string | null = null) {
  const document: DocumentNode = parse(text);
  const variableNames = new Set([...text.matchAll(/\$(\w+)/g)].map(([, variable]) => variable ?? ''));
  return { document, text, hash: createHash('sha256').update(text).digest('hex'), name, variableNames };
}

/** A licensing clerk at work. */
export function clerk(signal: AbortSignal = new AbortController().signal): ExecutionContext {
  return {
    requestId: 'request-1',
    caller: { actor: 'DEPARTMENT', organization: '113701', department: 'licensing', developer: false },
    purpose: { code: 'ADMIN_APPROVAL_CHECK' },
    signal,
  };
}

function compose(departments: Record<string, DocumentNode>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(departments).map(([name, typeDefs]) => ({ name, typeDefs, url: `http://${name}.example/graphql` })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}
