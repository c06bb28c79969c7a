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

/** Nothing that could be called an answer came back; the message says why, with the system's code. */
export class NoAnswer extends Error {
  constructor(address: URL, cause: unknown) {
    super(
      `${address.origin} 没有答复（${codeOf(cause)}）；请核对协议、主机和端口，部门服务是否在运行。 ` +
        `${address.origin} does not answer (${codeOf(cause)}): check scheme, host and port, and that the department runs`,
      { cause },
    );
    this.name = 'NoAnswer';
  }
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
      const { status } = await answered(new URL(path, url), {});
      return status;
    },
    ask: async (query, token, variables = {}) => {
      const { status, text } = await answered(new URL(url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(token !== undefined && { [CONTEXT_HEADER]: token }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return readReply(status, text);
    },
  };
}

/** Rejects with {@link NoAnswer}. */
async function answered(address: URL, request: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(address, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new NoAnswer(address, error);
  }
}

/** `fetch` says no more than that it failed: why stands in its cause. */
function codeOf(error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: { code?: unknown; message?: unknown } };
  return String(cause?.code ?? cause?.message ?? (name === 'TimeoutError' ? name : message));
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
