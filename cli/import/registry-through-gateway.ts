import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import type { OldNumber, ResolveReferences } from '../../subgraphs/kit/import/resolve-references.ts';

/** Where the registry is asked, as whom, and who hears why it could not be. */
export interface RegistryThroughGateway {
  /** The gateway's GraphQL address. */
  readonly url: URL;
  /** The department's own token. */
  readonly token: string;
  /** Hears the reason once: of the numbers not asked by then none is asked any more. Never holds a value or the token. */
  readonly onRefused: (reason: string) => void;
  /** Time for one request, in milliseconds. */
  readonly timeoutMs?: number;
}

/** The purpose under which a department finds the subjects of its own records. */
const PURPOSE = 'DATA_QUALITY';
/** `limits.subjectsPerRequest` of that purpose. */
export const SUBJECTS_PER_REQUEST = 100;
/** Longer than the gateway takes to give up on a department. */
const TIMEOUT_MS = 30_000;
const QUERY = 'query OldNumbers($by: [SubjectBy!]!) { subjects(by: $by) { id } }';

/**
 * Resolves old 15-digit numbers by asking the registry through the gateway, as any other caller does: each request is on
 * the query log. For departments whose database does not hold the registry. A number is asked for once.
 * A gateway that cannot be reached or refuses resolves nothing: the rows wait, and nothing is lost.
 */
export function registryThroughGateway(registry: RegistryThroughGateway): ResolveReferences {
  const known = new Map<string, string | null>();
  let isRefused = false;
  return async (numbers) => {
    // A row that came from an older version waits without its number.
    const unknown = numbers.filter(({ reference, number }) => number !== '' && !known.has(reference));
    for (let start = 0; start < unknown.length && !isRefused; start += SUBJECTS_PER_REQUEST) {
      const asked = unknown.slice(start, start + SUBJECTS_PER_REQUEST);
      try {
        const ids = await ask(registry, asked);
        asked.forEach(({ reference }, index) => known.set(reference, ids[index] ?? null));
      } catch (error) {
        isRefused = true;
        registry.onRefused(error instanceof Refusal ? error.message : '无法连接');
      }
    }
    return new Map(
      numbers.flatMap(({ reference }) => {
        const id = known.get(reference);
        return typeof id === 'string' ? [[reference, id]] : [];
      }),
    );
  };
}

/** Why there is no answer, fit to be shown. */
class Refusal extends Error {}

/** Ids in the order asked, null where the registry knows no subject. */
async function ask({ url, token, timeoutMs = TIMEOUT_MS }: RegistryThroughGateway, asked: readonly OldNumber[]) {
  const variables = { by: asked.map(({ number }) => ({ businessRegistrationNo: number })) };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-purpose': PURPOSE },
    body: JSON.stringify({ query: QUERY, variables }),
    // The token must not go elsewhere.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json().catch(() => null)) as Answer | null;
  const errors = answer?.errors ?? [];
  if (errors.length > 0) throw new Refusal(codeOf(errors) ?? `HTTP ${response.status}`);
  const subjects = answer?.data?.subjects;
  if (!response.ok || !Array.isArray(subjects) || subjects.length !== asked.length) throw new Refusal(`HTTP ${response.status}`);
  return subjects.map((subject) => {
    if (subject === null) return null;
    if (typeof subject.id !== 'string' || !isSubjectId(subject.id)) throw new Refusal('主体编号未予披露');
    return subject.id;
  });
}

interface Answer {
  readonly data?: { readonly subjects?: readonly ({ readonly id?: unknown } | null)[] | null } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

function codeOf(errors: NonNullable<Answer['errors']>): string | null {
  const code = errors[0]?.extensions?.code;
  return typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : null;
}
