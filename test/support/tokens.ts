import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { GraphQLSchema, Kind } from 'graphql';
import type { QueryRequest } from '../../gateway/request.ts';

/** An issuer of test tokens: a key pair and its published half. */
export interface TestIssuer {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: Record<string, unknown>;
}

/** A P-256 issuer unless `rsaBits` asks for RSA. Keys are random: nothing a test asserts may depend on them. */
export function testIssuer(kid: string, rsaBits?: number): TestIssuer {
  const pair =
    rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: rsaBits });
  return { kid, ...pair, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

/** Signs a payload exactly as given (jsonwebtoken would add and refuse claims), with ES256, or RS256 and whatever else `alg` names. */
export function signToken(
  { kid, privateKey }: TestIssuer,
  payload: unknown,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const alg = String(header.alg ?? (privateKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256'));
  const signed = `${encode({ typ: 'JWT', kid, ...header, alg })}.${encode(payload)}`;
  const padding = alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  const signature = sign(`sha${alg.slice(2)}`, Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A request that carries these headers and extensions, with an empty operation. */
export function testRequest(given: {
  headers?: Readonly<Record<string, string>>;
  extensions?: Readonly<Record<string, unknown>>;
  receivedAt?: number;
  clientAddress?: string;
}): QueryRequest {
  const { headers = {}, extensions = {}, receivedAt = 0, clientAddress } = given;
  return {
    id: 'test',
    receivedAt,
    header: (name) => headers[name],
    ...(clientAddress !== undefined && { clientAddress }),
    extensions,
    schema: new GraphQLSchema({}),
    document: { kind: Kind.DOCUMENT, definitions: [] },
    documentHash: '',
    operationName: null,
    variables: {},
    signal: new AbortController().signal,
  };
}
