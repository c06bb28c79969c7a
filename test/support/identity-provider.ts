import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { request } from 'undici';
import { makeProof } from '../../gateway/identity/make-proof.ts';

/** A real OpenID provider on a spare port, with clients that prove who they are by their own keys. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Where its key set is. */
  readonly keysUrl: string;
  /** An access token by client credentials; bound to the client's key unless `bound` is false. Rejects with what the provider answered. */
  tokenFor(client: ProviderClient, options?: { authorization?: string; bound?: false }): Promise<string>;
  close(): Promise<void>;
}

/** A client as the provider knows it. */
export interface ProviderClient {
  id: string;
  /** Claims of all its tokens. */
  claims: Readonly<Record<string, string>>;
  /** Its key (P-256): it signs its assertions with it, and its proofs. */
  key: KeyObject;
  /** How long its tokens live; 300 unless somebody made a mistake. */
  tokenSeconds?: number;
}

const DETAIL = 'xinqiao_authorization';

/** Starts a provider whose tokens are JWTs for one audience. */
export async function openIdentityProvider(audience: string, clients: readonly ProviderClient[]): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await configured(issuer, audience, clients);
  const answer = provider.callback();
  server.on('request', (incoming, outgoing) => void answer(incoming, outgoing));
  return {
    issuer,
    keysUrl: `${issuer}/jwks`,
    tokenFor: (client, options = {}) => tokenFor({ issuer, audience }, client, options),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function configured(issuer: string, audience: string, clients: readonly ProviderClient[]): Promise<Provider> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const known = new Map(clients.map((client) => [client.id, client]));
  return new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'provider-1', alg: 'ES256', use: 'sig' }] },
    clients: await Promise.all(clients.map(registered)),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { dPoPSigningAlgValues: ['ES256'] },
    ttl: { ClientCredentials: (_ctx, _token, client) => known.get(client.clientId)?.tokenSeconds ?? 300 },
    extraTokenClaims: (_ctx, token) => ({ ...known.get(token.clientId ?? '')?.claims }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
      richAuthorizationRequests: {
        enabled: true,
        types: { [DETAIL]: { validate: () => {} } },
        authorizationDetailsForGrantSource: () => undefined,
        authorizationDetailsForIntrospection: () => undefined,
        authorizationDetailsForAccessToken: ({ oidc }) => JSON.parse(String(oidc.params?.['authorization_details'])),
      },
    },
  });
}

async function registered({ id, key }: ProviderClient) {
  const jwk = await exportJWK(key);
  return {
    client_id: id,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    authorization_details_types: [DETAIL],
    token_endpoint_auth_method: 'private_key_jwt' as const,
    token_endpoint_auth_signing_alg: 'ES256' as const,
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y, alg: 'ES256', use: 'sig', kid: id }] },
  };
}

async function tokenFor(
  { issuer, audience }: { issuer: string; audience: string },
  { id, key }: ProviderClient,
  { authorization, bound }: { authorization?: string; bound?: false },
): Promise<string> {
  const url = `${issuer}/token`;
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: id })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(key);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    resource: audience,
    ...(authorization !== undefined && {
      authorization_details: JSON.stringify([{ type: DETAIL, authorization_id: authorization }]),
    }),
  });
  const { body } = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(bound !== false && { dpop: await makeProof(key, { url }) }),
    },
    body: form.toString(),
  });
  const answer = (await body.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`);
  return answer.access_token;
}
