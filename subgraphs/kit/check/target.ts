import { createPublicKey } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { contextKeyId } from '../../../schema/sign-context.ts';
import { CONFORMANCE_PURPOSE, CONTEXT_HEADER, CONTEXT_ISSUER } from '../../../schema/signed-context.ts';
import { isRecord } from '../../../schema/is-record.ts';

/** How long one answer may take. */
const TIMEOUT_MS = 10_000;

/** A department's answer over HTTP. */
export interface Reply {
  status: number;
  /** The whole body, to look for what must not be in it. */
  text: string;
  data: Record<string, unknown> | null;
  codes: string[];
  /** Statements the operation cost, for the conformance purpose. */
  statements: number | undefined;
}

/** The department under test. */
export interface Target {
  readonly department: string;
  readonly publicKeyPem: string;
  get(path: string): Promise<number>;
  /** Sends one operation; without a token when undefined. */
  ask(query: string, token: string | undefined, variables?: Record<string, unknown>): Promise<Reply>;
  /** A context with the department's own key; claims replace the usual ones, undefined removes one. */
  sign(claims?: Record<string, unknown>): string;
  /** The usual claims: for this department, for the conformance purpose, for sixty seconds. */
  claims(): Record<string, unknown>;
}

/** Reaches the department at its address. The clock is the machine's: contexts must be alive over there. */
export function createTarget({ url, department, privateKey }: { url: string; department: string; privateKey: string }): Target {
  const keyid = contextKeyId(privateKey);
  const claims = () => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: CONTEXT_ISSUER,
      aud: department,
      iat: now,
      exp: now + 60,
      actor: 'AUDITOR',
      organization: 'conformance-check',
      purpose: CONFORMANCE_PURPOSE,
    };
  };
  return {
    department,
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    claims,
    sign: (changed = {}) => {
      const all = Object.entries({ ...claims(), ...changed }).filter(([, value]) => value !== undefined);
      return jsonwebtoken.sign(Object.fromEntries(all), privateKey, { algorithm: 'ES256', keyid });
    },
    get: async (path) => {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
      await response.arrayBuffer();
      return response.status;
    },
    ask: async (query, token, variables = {}) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(token !== undefined && { [CONTEXT_HEADER]: token }),
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      return readReply(response.status, await response.text());
    },
  };
}

function readReply(status: number, text: string): Reply {
  const body = parsed(text);
  const errors = Array.isArray(body['errors']) ? body['errors'].filter(isRecord) : [];
  const extensions = isRecord(body['extensions']) ? body['extensions'] : {};
  const { statements } = extensions;
  return {
    status,
    text,
    data: isRecord(body['data']) ? body['data'] : null,
    codes: errors.map(({ extensions: own }) => (isRecord(own) ? String(own['code']) : 'none')),
    statements: typeof statements === 'number' ? statements : undefined,
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
