import type { PolicySet } from '../../policies/policy-set.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { QueryRequest } from '../request.ts';
import type { DeclaredPurpose } from './declared-purpose.ts';
import { decodeHeader } from './decode-header.ts';
import { normalText, readMatter, readMatterText } from './read-matter.ts';

/** What the public asks for without saying so. */
const PUBLIC_PURPOSE = 'PUBLIC_QUERY';

/**
 * Why the caller asks: `X-Purpose`, `X-Matter` and `X-Matter-Text`, or the request's `extensions {purpose, matter, matterText}`, checked against the
 * policy in force on the city's date of the request.
 * @throws {GatewayError} INPUT_INVALID (text that is not clean, or header and extension that differ), PURPOSE_REQUIRED,
 * PURPOSE_UNKNOWN (or not in force), PURPOSE_FORBIDDEN (to this kind of caller), MATTER_REQUIRED.
 */
export function declarePurpose(request: QueryRequest, caller: Caller, policy: Pick<PolicySet, 'purpose'>): DeclaredPurpose {
  const matter = readMatter(declared(request, 'matter'));
  const matterText = readMatterText(declared(request, 'matterText'), matter);
  const code = declared(request, 'purpose') ?? (caller.actor === 'PUBLIC' ? PUBLIC_PURPOSE : undefined);
  if (code === undefined) throw new GatewayError('PURPOSE_REQUIRED');

  const purpose = policy.purpose(
    code,
    cityToday(() => request.receivedAt),
  );
  if (purpose === undefined) throw new GatewayError('PURPOSE_UNKNOWN');
  if (!purpose.actors.includes(caller.actor)) throw new GatewayError('PURPOSE_FORBIDDEN');
  if (purpose.requires.matter && matter === undefined) throw new GatewayError('MATTER_REQUIRED');
  return { code: purpose.code, ...(matter !== undefined && { matter }), ...(matterText !== undefined && { matterText }) };
}

const HEADERS = { purpose: 'x-purpose', matter: 'x-matter', matterText: 'x-matter-text' } as const;

/** The header's or the extension's text, trimmed and in NFC; blank counts as absent. */
function declared(request: QueryRequest, name: keyof typeof HEADERS): string | undefined {
  const header = text(name, decodeHeader(name, request.header(HEADERS[name])));
  const extension = text(name, request.extensions[name]);
  // Which of the two was meant decides what is shown and what the log says: never guess.
  if (header !== undefined && extension !== undefined && header !== extension) throw invalid(name);
  return header ?? extension;
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(name);
  const normal = normalText(value);
  return normal === '' ? undefined : normal;
}

function invalid(name: string): GatewayError {
  return new GatewayError('INPUT_INVALID', { argument: name });
}
