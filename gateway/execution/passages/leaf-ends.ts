import { type GraphQLLeafType, isEnumType } from 'graphql';

/** No position: what stands there is something else. */
export const NOWHERE = -1;

/** Where a value of JSON ends that begins at a position; {@link NOWHERE} when it is not exactly what is expected there. */
export type EndOf = (bytes: Uint8Array, at: number) => number;

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
/** Those before it must be escaped in a text (RFC 8259, section 7). */
export const FIRST_CHARACTER = 0x20;
/** Escapes of one character. Those by number stand for characters whose bytes have to be worked out. */
const ESCAPED = new Set([...String.raw`"\/bfnrt`].map((character) => character.charCodeAt(0)));
const MOST_INT = 2_147_483_647;
const MOST_DIGITS = 15;

/**
 * The ends of a leaf's values: of a part of those that its type allows (spec, section 3.5), and of nothing that it does not. What is left
 * out, such as numbers with an exponent, is for JSON.parse and the type's own completion.
 */
export function endOfLeaf(type: GraphQLLeafType): EndOf {
  if (isEnumType(type)) return endOfOneOf(type.getValues().map(({ name }) => name));
  return BUILT_IN.get(type.name) ?? endOfScalar;
}

/** Text of JSON. */
function endOfText(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NOWHERE;
  for (let index = at + 1; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === QUOTE) return index + 1;
    if (byte < FIRST_CHARACTER) return NOWHERE;
    if (byte === BACKSLASH && !ESCAPED.has(bytes[++index] ?? 0)) return NOWHERE;
  }
  return NOWHERE;
}

/** These very bytes. */
export function endOfBytes(expected: Uint8Array): EndOf {
  const { length } = expected;
  return (bytes, at) => {
    for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return NOWHERE;
    return at + length;
  };
}

/** One of these texts, each as JSON writes it without escapes. */
export function endOfOneOf(texts: readonly string[]): EndOf {
  const ends = texts.map((text) => endOfBytes(Buffer.from(JSON.stringify(text))));
  return (bytes, at) => {
    for (const endOf of ends) {
      const end = endOf(bytes, at);
      if (end !== NOWHERE) return end;
    }
    return NOWHERE;
  };
}

const endOfTrue = endOfBytes(Buffer.from('true'));
const endOfFalse = endOfBytes(Buffer.from('false'));

function endOfBoolean(bytes: Uint8Array, at: number): number {
  const end = endOfTrue(bytes, at);
  return end === NOWHERE ? endOfFalse(bytes, at) : end;
}

function endOfDigits(bytes: Uint8Array, at: number): number {
  let index = at;
  while (isDigit(bytes[index])) index++;
  return index === at || index - at > MOST_DIGITS ? NOWHERE : index;
}

/** No zero before other digits, and none below zero, which is written as zero. */
function endOfInteger(bytes: Uint8Array, at: number): number {
  const from = bytes[at] === MINUS ? at + 1 : at;
  const end = endOfDigits(bytes, from);
  return bytes[from] === ZERO && (from > at || end > from + 1) ? NOWHERE : end;
}

function endOfInt(bytes: Uint8Array, at: number): number {
  const end = endOfInteger(bytes, at);
  let value = 0;
  for (let index = bytes[at] === MINUS ? at + 1 : at; index < end; index++) value = value * 10 + (bytes[index] ?? 0) - ZERO;
  return value > MOST_INT ? NOWHERE : end;
}

function endOfNumber(bytes: Uint8Array, at: number): number {
  const end = endOfInteger(bytes, at);
  return end !== NOWHERE && bytes[end] === POINT ? endOfDigits(bytes, end + 1) : end;
}

/** Scalars that a service defines itself are of whatever kind it likes. */
function endOfScalar(bytes: Uint8Array, at: number): number {
  if (bytes[at] === QUOTE) return endOfText(bytes, at);
  const end = endOfNumber(bytes, at);
  return end === NOWHERE ? endOfBoolean(bytes, at) : end;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

const BUILT_IN: ReadonlyMap<string, EndOf> = new Map([
  ['Boolean', endOfBoolean],
  ['Int', endOfInt],
  ['Float', endOfNumber],
  ['String', endOfText],
  ['ID', endOfText],
]);
