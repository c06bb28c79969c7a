import type { DocumentNode, GraphQLSchema } from 'graphql';
import { parse, validate } from 'graphql';
import { DepartmentError } from './department-error.ts';

/** Documents kept; the gateway sends a few for each operation its clients use. */
const KEPT_DOCUMENTS = 500;
/** Longest operation accepted, in characters. */
const LONGEST_DOCUMENT = 100_000;
/** Most tokens accepted, so that a short text cannot become a huge tree. */
const MOST_TOKENS = 20_000;

/** Returns a text parsed and validated. Throws INPUT_INVALID otherwise. */
export type ReadDocument = (text: string) => DocumentNode;

/** A reader that keeps the documents used last, so that a repeated operation is neither parsed nor validated again. */
export function documentReader(schema: GraphQLSchema): ReadDocument {
  const kept = new Map<string, DocumentNode>();
  return (text) => {
    const document = kept.get(text) ?? read(text, schema);
    // Put back at the end: the first key is the one used longest ago.
    kept.delete(text);
    kept.set(text, document);
    if (kept.size > KEPT_DOCUMENTS)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    return document;
  };
}

function read(text: string, schema: GraphQLSchema): DocumentNode {
  if (text.length > LONGEST_DOCUMENT) throw new DepartmentError('INPUT_INVALID');
  const document = parsed(text);
  if (validate(schema, document, undefined, { maxErrors: 1 }).length > 0) throw new DepartmentError('INPUT_INVALID');
  return document;
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { noLocation: true, maxTokens: MOST_TOKENS });
  } catch (cause) {
    throw new DepartmentError('INPUT_INVALID', { cause });
  }
}
