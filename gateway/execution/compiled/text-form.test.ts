import { composeServices } from '@apollo/composition';
import { getOperationAST, parse } from 'graphql';
import { beforeEach, expect, test } from 'vitest';
import { bytesOf, fromByteText, toByteTexts } from '../../byte-text.ts';
import { createCompiledPlans } from './compiled-plans.ts';
import type { SubgraphAnswer, SubgraphRequest } from './run.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@context", "@fromContext"])`;
const { supergraphSdl = '', errors: faults } = composeServices(
  Object.entries({
    firms: `${LINK}
      type Query { firm: Firm }
      "企业" type Firm @key(fields: "name") { name: String! seat: String }`,
    duties: `${LINK}
      type Firm @key(fields: "name") { name: String! seat: String @external duty: String @requires(fields: "seat") }`,
    branches: `${LINK}
      type Firm @key(fields: "name") @context(name: "firm") { name: String! seat: String @external branch: Branch }
      type Branch @key(fields: "id") { id: ID! near(seat: String @fromContext(field: "$firm { seat }")): String }`,
  }).map(([name, sdl]) => ({ name, url: `http://${name}.example`, typeDefs: parse(sdl) })),
);
if (faults) throw new Error(faults.join('\n'));
const plans = createCompiledPlans(supergraphSdl, 10);
const ANSWERS: Record<string, unknown> = {
  firms: { firm: { __typename: 'Firm', name: '青禾“餐饮”', seat: '云汀市\n东湖区' } },
  duties: { _entities: [{ duty: '税' }] },
  branches: { _entities: [{ branch: { near: '近𠮷' } }] },
};

let asked: Record<string, SubgraphRequest>;
beforeEach(() => (asked = {}));

/** Answers a query of which subgraphs answer byte texts, as a client reads it. */
async function answer(query: string): Promise<unknown> {
  const document = parse(query);
  const operation = getOperationAST(document)!;
  const send = (subgraph: string, request: SubgraphRequest) => {
    asked[subgraph] = request;
    return Promise.resolve({ data: toByteTexts(ANSWERS[subgraph]) } as SubgraphAnswer);
  };
  const plan = plans.plan({ document, operation, hash: query, variables: {} });
  const joined = await plan.run({}, send, { put: toByteTexts, read: fromByteText });
  const { data, errors } = joined.complete();
  expect(errors).toEqual([]);
  return JSON.parse(bytesOf([JSON.stringify(data)]).toString());
}

/** What a request says, as it is written and as it is given. */
function bothForms({ body, variables }: SubgraphRequest): readonly unknown[] {
  const { variables: written } = JSON.parse(body?.() ?? '') as { variables: unknown };
  return [written, variables];
}

test('what the data hold is asked on in text: keys, and fields that are required', async () => {
  expect(await answer('{ firm { duty } }')).toEqual({ firm: { duty: '税' } });
  const representations = [{ __typename: 'Firm', name: '青禾“餐饮”', seat: '云汀市\n东湖区' }];
  for (const each of bothForms(asked['duties']!)) expect(each).toEqual({ representations });
  expect(asked['duties']?.entities?.representations.map((text) => JSON.parse(text) as unknown)).toEqual(representations);
});

test('so are arguments from around a field', async () => {
  expect(await answer('{ firm { branch { near } } }')).toMatchObject({ firm: { branch: { near: '近𠮷' } } });
  for (const each of bothForms(asked['branches']!))
    expect(Object.values(each as object)).toEqual(expect.arrayContaining(['云汀市\n东湖区']));
});

test('the description of the schema is answered like what the subgraphs answer', async () => {
  expect(await answer('{ firm { name } __type(name: "Firm") { description } }')).toEqual({
    firm: { name: '青禾“餐饮”' },
    __type: { description: '企业' },
  });
});
