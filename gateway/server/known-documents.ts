import type { GraphQLSchema } from 'graphql';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { ValidDocument } from './ask-flow.ts';

/** The documents that were found valid before, by their text. */
export interface KnownDocuments {
  remember(text: string, valid: ValidDocument): void;
  /** The document of that text, when it was valid against this very schema. */
  find(text: string, schema: GraphQLSchema): ValidDocument | undefined;
}

/** Characters of text: about a thousand documents as applications send them, 50 MB when parsed; most of it Apollo Server holds as well. */
const KEPT_CHARACTERS = 2_000_000;
/** What a short one weighs all the same. */
const LEAST_CHARACTERS = 1_000;

/** Knows none at first, and forgets those that were not asked for longest. */
export function createKnownDocuments(): KnownDocuments {
  // Every schema has its own: with it go the documents that were valid against it.
  const bySchema = new WeakMap<GraphQLSchema, ReturnType<typeof newCache>>();
  return {
    remember(text, valid) {
      const known = bySchema.get(valid.schema) ?? newCache();
      bySchema.set(valid.schema, known);
      known.remember(text, () => ({ ...valid, characters: text.length }));
    },
    find: (text, schema) => bySchema.get(schema)?.find(text),
  };
}

function newCache() {
  return createBoundedCache<ValidDocument & { characters: number }>(KEPT_CHARACTERS, ({ characters }) =>
    Math.max(LEAST_CHARACTERS, characters),
  );
}
