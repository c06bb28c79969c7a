import { createHash } from 'node:crypto';
import { type DocumentNode, parse } from 'graphql';
import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';
import { GatewayError } from '../errors.ts';

/** What a caller asks to have registered. */
export interface Registration {
  document: string;
  name: string;
  purpose: string;
  reason: string;
}

/** Texts are for people: long enough to say something, short enough to be one thing. */
const CHARACTERS = { name: 100, reason: 500 } as const;
/** The server's own limit on documents is by tokens too; this one is for what is kept. */
const MOST_TOKENS = 5_000;
const MOST_DOCUMENT_CHARACTERS = 50_000;

/** Reads one. @throws {GatewayError} INPUT_INVALID naming the argument; an identity number in any of them counts, too. */
export function readRegistration({ document, name, purpose, reason }: Registration): Registration & { hash: string } {
  if (document.length > MOST_DOCUMENT_CHARACTERS) throw invalid('document');
  // Whose number stands in it would be asked for again and again, and be shown to whoever reviews it: numbers are variables.
  if (holdsIdentityNumber(document)) throw invalid('document');
  parseDocument(document);
  const hash = createHash('sha256').update(document).digest('hex');
  return { document, hash, name: readText('name', name), purpose: purpose.trim(), reason: readText('reason', reason) };
}

/** Parses a document. @throws {GatewayError} INPUT_INVALID. */
export function parseDocument(document: string): DocumentNode {
  try {
    return parse(document, { maxTokens: MOST_TOKENS, noLocation: true });
  } catch {
    throw invalid('document');
  }
}

/** A reason or a name, in NFC. @throws {GatewayError} INPUT_INVALID when it is too short, too long, or holds an identity number. */
export function readText(argument: keyof typeof CHARACTERS, given: string): string {
  const text = given.normalize('NFC').trim();
  const { length } = [...text];
  if (length < 2 || length > CHARACTERS[argument] || holdsIdentityNumber(text)) throw invalid(argument);
  return text;
}

function invalid(argument: string): GatewayError {
  return new GatewayError('INPUT_INVALID', { argument });
}
