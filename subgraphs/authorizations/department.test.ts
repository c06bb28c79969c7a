import { expect, test } from 'vitest';
import { CALLERS, testSubgraph } from '../kit/test-subgraph.ts';
import type { AuthorizationDesk } from './authorization-desk.ts';
import { authorizationsSubgraph } from './department.ts';

const BANK = { ...CALLERS.bank, purpose: 'AUTHORIZATION_HANDLING' };
const refuse = () => Promise.reject(new Error('nothing is done here'));
let asked: { first: number; after: string | null } | undefined;
const DESK: AuthorizationDesk = {
  request: refuse,
  grant: refuse,
  decline: refuse,
  revoke: refuse,
  attestLoan: refuse,
  find: refuse,
  list: async (_, { first, after }) => {
    asked = { first, after };
    return [];
  },
  templates: () => [],
};
const department = testSubgraph(authorizationsSubgraph(DESK), { query: refuse });

test.each([
  ['(first: null)', 20, null],
  ['', 20, null],
  ['(first: 1)', 1, null],
  ['(first: 100, after: "au_1")', 100, 'au_1'],
])('authorizations%s lists so many at most: %i, behind %s', async (args, first, after) => {
  expect(await department.ask(BANK, `{ authorizations${args} { id } }`)).toEqual({ data: { authorizations: [] } });
  expect(asked).toEqual({ first, after });
});

test.each([0, 101])('a list of %i is refused', async (first) => {
  const { errors } = await department.ask(BANK, `{ authorizations(first: ${first}) { id } }`);
  expect(errors?.[0]?.extensions).toEqual({ code: 'INPUT_INVALID' });
});
