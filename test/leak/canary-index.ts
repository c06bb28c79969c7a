import { toByteText } from '../../gateway/byte-text.ts';
import type { Catalogue } from '../../schema/classification.ts';

/** Texts this long cannot occur in an id or a hash by chance and are looked for anywhere, even inside other texts. */
const LONG = 9;
/** Shorter ones are looked for as whole JSON values only. */
const SHORT = 5;

/** Codes of departments: known to everybody, and in every metric. */
const CODES = ['Provenance.department'];

/** Finds canaries in whatever left the gateway. */
export interface CanaryIndex {
  /** Canaries in the text that are not among those allowed, as sentences that name coordinates only. */
  scan(where: string, text: string, allowed: ReadonlySet<string>): string[];
  /** Every text that an answer shows. */
  textsIn(answer: unknown): ReadonlySet<string>;
}

/** Canaries: non-public values that occur at one coordinate alone, and nowhere as a public value. */
export function canaryIndex(
  values: readonly (readonly [coordinate: string, value: unknown])[],
  catalogue: Catalogue,
): CanaryIndex {
  const places = new Map<string, Set<string>>();
  for (const [coordinate, value] of values) {
    if (typeof value !== 'string' || value.length < SHORT) continue;
    places.set(value, (places.get(value) ?? new Set()).add(coordinate));
  }
  const canaries = new Map<string, string>();
  const byPrefix = new Map<string, string[]>();
  for (const [value, coordinates] of places) {
    const [coordinate] = coordinates;
    if (coordinate === undefined || coordinates.size > 1 || isPublic(catalogue, coordinate) || CODES.includes(coordinate))
      continue;
    // Also as it passes through the gateway: so it may not even leave where it is revealed.
    for (const form of new Set([value, toByteText(value)])) {
      canaries.set(form, coordinate);
      if (form.length < LONG) continue;
      const prefix = form.slice(0, LONG);
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), form]);
    }
  }
  if (canaries.size < 500) throw new Error(`only ${canaries.size} canaries: the test city proves nothing`);

  return {
    scan(where, text, allowed) {
      const found = new Set<string>();
      for (const quoted of text.match(/"(?:[^"\\]|\\.)*"/g) ?? []) {
        const value = unquoted(quoted);
        if (canaries.has(value) && !allowed.has(value)) found.add(value);
      }
      const shown = [...allowed];
      for (let start = 0; start + LONG <= text.length; start++) {
        for (const value of byPrefix.get(text.slice(start, start + LONG)) ?? []) {
          // A revealed value may hold another as its part: an address its district.
          if (text.startsWith(value, start) && !shown.some((one) => one.includes(value))) found.add(value);
        }
      }
      return [...found].map((value) => `${where} holds a raw value of ${canaries.get(value)}`);
    },
    textsIn: (answer) => new Set(texts(answer)),
  };
}

function isPublic(catalogue: Catalogue, coordinate: string): boolean {
  const entry = catalogue.get(coordinate);
  return entry?.as === 'PUBLIC' && entry.ofPerson === 'PUBLIC';
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* texts(inner);
}
