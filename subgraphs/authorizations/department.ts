import type { AuthorizationState } from '../../schema/authorization-terms.ts';
import type { Department, Resolvers } from '../kit/department.ts';
import { defineDepartment } from '../kit/department.ts';
import { actingOf } from '../kit/department-context.ts';
import { pageSize } from '../kit/loaders.ts';
import type { AuthorizationConsent, AuthorizationDesk, AuthorizationRequest } from './authorization-desk.ts';

/** 信用授权: the gateway's own subgraph for what subjects allow. */
export function authorizationsSubgraph(desk: AuthorizationDesk): Department {
  return defineDepartment({
    name: 'authorizations',
    title: '信用授权',
    folder: new URL('.', import.meta.url),
    resolvers: resolversOf(desk),
  });
}

interface ListArguments {
  state?: AuthorizationState | null;
  first?: number | null;
  after?: string | null;
}

function resolversOf(desk: AuthorizationDesk): Resolvers {
  return {
    Query: {
      authorization: (_: unknown, { id }: { id: string }, context) => desk.find(actingOf(context), id),
      authorizations: (_: unknown, { state = null, first, after = null }: ListArguments, context) =>
        desk.list(actingOf(context), { state, first: pageSize(first, 20), after }),
      authorizationTemplates: () => desk.templates(),
    },
    Mutation: {
      requestAuthorization: (_: unknown, { input }: { input: AuthorizationRequest }, context) =>
        desk.request(actingOf(context), input),
      grantAuthorization: (_: unknown, { id, ...consent }: AuthorizationConsent & { id: string }, context) =>
        desk.grant(actingOf(context), id, consent),
      declineAuthorization: (_: unknown, { id }: { id: string }, context) => desk.decline(actingOf(context), id),
      revokeAuthorization: (_: unknown, { id }: { id: string }, context) => desk.revoke(actingOf(context), id),
      attestLoan: (_: unknown, { id, open }: { id: string; open: boolean }, context) =>
        desk.attestLoan(actingOf(context), id, open),
    },
  };
}
