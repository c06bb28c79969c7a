import { getNullableType, type GraphQLLeafType, type GraphQLOutputType, isEnumType, isScalarType } from 'graphql';

/** Marks a value that its type does not allow. */
export const INVALID = Symbol('invalid');

/** The value as the response shows it, or {@link INVALID}; never given null. */
export type CompleteLeaf = (value: unknown) => unknown;

/**
 * Result coercion of a leaf that came as JSON (spec, section 3.5: an Int is a 32-bit integer, an ID is serialised as a
 * String; section 3.9: an enum has only its values). Scalars that a service defines itself pass as they are.
 */
export function leafCompleter(type: GraphQLLeafType, isHidden: (type: string, value: string) => boolean): CompleteLeaf {
  if (!isEnumType(type)) return BUILT_IN.get(type.name) ?? ((value) => value);
  const names = new Set(type.getValues().map(({ name }) => name));
  return (value) => {
    if (typeof value !== 'string') return INVALID;
    if (names.has(value)) return value;
    // To say that a value stands there which clients must not know (`@inaccessible`) would be to show it.
    return isHidden(type.name, value) ? null : INVALID;
  };
}

/** Whether {@link leafCompleter} gives every text back as it is. */
export function takesAnyText(type: GraphQLOutputType): boolean {
  const leaf = getNullableType(type);
  if (!isScalarType(leaf)) return false;
  const complete = BUILT_IN.get(leaf.name);
  return complete === undefined || complete('') !== INVALID;
}

const BUILT_IN: ReadonlyMap<string, CompleteLeaf> = new Map<string, CompleteLeaf>([
  ['Boolean', (value) => (typeof value === 'boolean' ? value : INVALID)],
  // Integers of more than 32 bits change sign by this, and so are told.
  ['Int', (value) => (typeof value === 'number' && (value | 0) === value ? value : INVALID)],
  ['Float', (value) => (typeof value === 'number' && Number.isFinite(value) ? value : INVALID)],
  ['String', (value) => (typeof value === 'string' ? value : INVALID)],
  ['ID', (value) => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : INVALID)],
]);
