import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql';
import type { Limits } from '../config.ts';
import { GatewayError } from '../errors.ts';

/** Some hundredths of a second of validation. Sixty aliases of a hundred fields are none of it, and twenty components' fragments a few thousand. */
const MOST_COMPARISONS = 20_000;
/** Fields with those of fragments, wherever they are spread; past them depth or cost would refuse the document. */
const MOST_FIELDS = 100_000;

/**
 * Refuses a document in which many fields answer under one name in one place: validation compares each with each (GraphQL specification, 5.3.2,
 * "Field Selection Merging"), which for a document of a few kilobytes took half a second, and all others waited. What is no document is left to whoever
 * says why.
 * @throws {GatewayError} QUERY_TOO_COSTLY
 */
export function assertFewRepeats(text: string, { tokens, depth }: Pick<Limits, 'tokens' | 'depth'>): void {
  const document = parsed(text, tokens);
  if (document !== undefined) new Comparisons(document, depth).count();
}

function parsed(text: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(text, { maxTokens, noLocation: true });
  } catch {
    return undefined;
  }
}

class Comparisons {
  readonly #document: DocumentNode;
  readonly #depth: number;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  #comparisons = 0;
  #fields = 0;

  constructor(document: DocumentNode, depth: number) {
    this.#document = document;
    this.#depth = depth;
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
  }

  count(): void {
    for (const node of this.#document.definitions) if ('selectionSet' in node) this.#compare([node.selectionSet], 0);
  }

  /** Those of one place of the answer. What is deeper than any operation may be is refused for that; a fragment within itself has no end. */
  #compare(sets: readonly SelectionSetNode[], depth: number): void {
    if (depth > this.#depth) return;
    const byKey = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) this.#collect(set, byKey, spread);
    for (const fields of byKey.values()) {
      this.#comparisons += (fields.length * (fields.length - 1)) / 2;
      if (this.#comparisons > MOST_COMPARISONS)
        throw new GatewayError('QUERY_TOO_COSTLY', { limit: 'repeats', most: MOST_COMPARISONS });
      const below = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0) this.#compare(below, depth + 1);
    }
  }

  #collect(set: SelectionSetNode, byKey: Map<string, FieldNode[]>, spread: Set<string>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) this.#note(selection, byKey);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.#collect(selection.selectionSet, byKey, spread);
      else if (!spread.has(selection.name.value)) {
        const fragment = this.#fragments.get(selection.name.value);
        spread.add(selection.name.value);
        if (fragment !== undefined) this.#collect(fragment.selectionSet, byKey, spread);
      }
    }
  }

  #note(field: FieldNode, byKey: Map<string, FieldNode[]>): void {
    if (++this.#fields > MOST_FIELDS) throw new GatewayError('QUERY_TOO_COSTLY', { limit: 'fields', most: MOST_FIELDS });
    const key = (field.alias ?? field.name).value;
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [field]);
    else others.push(field);
  }
}
