import { expect, test } from 'vitest';
import { assertFewRepeats } from './repeated-fields.ts';

const LIMITS = { tokens: 4_000, depth: 12 };
const many = (count: number, of: (index: number) => string) => Array.from({ length: count }, (_, index) => of(index)).join(' ');
const FRAGMENT = 'fragment Card on Subject { id name registration { status establishedOn } }';

test.each([
  ['one field of one name', '{ subject { name } }'],
  [
    'sixty subjects by aliases, each with the same forty fields',
    `{ ${many(60, (at) => `s${at}: subject { ${many(40, (n) => `f${n}`)} }`)} }`,
  ],
  [
    'thirty components that ask for the same of one subject',
    `{ subject { ${many(30, () => '...Card')} ${many(30, () => '... on Subject { id name }')} } } ${FRAGMENT}`,
  ],
  ['a field a hundred times', `{ subject { ${many(100, () => 'registration { status }')} } }`],
  ['what is no document', '{ subject { name }'],
  ['more tokens than may be', `{ ${many(4_001, () => 'name')} }`],
  [
    'fragments within themselves',
    '{ subject { ...A } } fragment A on Subject { a { ...B } b { ...B } } fragment B on Subject { a { ...A } }',
  ],
])('%s is left to validation', (_, text) => expect(() => assertFewRepeats(text, LIMITS)).not.toThrow());

test.each([
  ['a field two hundred times', `{ subject { ${many(200, () => 'registration { status }')} } }`, 'repeats'],
  ['it under an alias of its own', `{ subject { ${many(250, (at) => `name: f${at}`)} } }`, 'repeats'],
  ['it in fragments', `{ subject { ${many(250, () => '... on Subject { name }')} } }`, 'repeats'],
  ['few in each of many', `{ ${many(40, () => `subject { ${many(6, () => 'registration { status }')} }`)} }`, 'repeats'],
  [
    'a fragment that is not used',
    `{ subject { id } } fragment A on Subject { ${many(250, () => 'registration { status }')} }`,
    'repeats',
  ],
  [
    'fragments that double with each step',
    `{ subject { ...F0 } } ${many(11, (at) => `fragment F${at} on Subject { ${many(4, (n) => `f${n} { ...F${at + 1} }`)} }`)} fragment F11 on Subject { id }`,
    'fields',
  ],
])('%s is refused', (_, text, limit) =>
  expect(() => assertFewRepeats(text, LIMITS)).toThrow(
    expect.objectContaining({ code: 'QUERY_TOO_COSTLY', details: expect.objectContaining({ limit }) }),
  ),
);
