import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compareSupergraphs, needsConsent } from './compare.ts';

const supergraph = readFileSync(new URL('./supergraph.graphql', import.meta.url), 'utf8');

/** The committed supergraph with one text replaced, which must be there. */
function changed(from: string, to: string): string {
  expect(supergraph).toContain(from);
  return supergraph.replace(from, to);
}

describe('the breaking-change report', () => {
  test('of a supergraph against itself is empty', () => {
    const changes = compareSupergraphs(supergraph, supergraph);
    expect(changes).toEqual({ breaking: [], dangerous: [], classification: [] });
    expect(needsConsent(changes)).toBe(false);
  });

  test('names a removed field', () => {
    const changes = compareSupergraphs(supergraph, changed('  abnormalSince: Date ', '  abnormalFrom: Date '));
    expect(changes.breaking).toEqual([{ type: 'FIELD_REMOVED', description: 'TaxStanding.abnormalSince was removed.' }]);
    expect(needsConsent(changes)).toBe(true);
  });

  test('names a new enum value as dangerous, which needs no consent', () => {
    const changes = compareSupergraphs(
      changed('  """水。 Water."""\n  WATER @join__enumValue(graph: UTILITIES)\n', ''),
      supergraph,
    );
    expect(changes).toMatchObject({ breaking: [], dangerous: [{ type: 'VALUE_ADDED_TO_ENUM' }] });
    expect(needsConsent(changes)).toBe(false);
  });

  test.each([
    ['hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)', 'as: COMMERCIAL', 'as: PUBLIC', 'LOOSENED', true],
    ['hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)', 'as: COMMERCIAL', 'as: SENSITIVE', 'TIGHTENED', false],
    ['hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)', 'category: TAX', 'category: UTILITY', 'MOVED', false],
    [
      'hasArrears: Boolean @classified(as: COMMERCIAL, category: TAX)',
      'as: COMMERCIAL',
      'as: SENSITIVE, ofPerson: PUBLIC',
      'LOOSENED',
      true,
    ],
  ])('of %s with %s become %s says %s', (field, from, to, change, consent) => {
    const changes = compareSupergraphs(supergraph, changed(field, field.replace(from, to)));
    expect(changes.classification).toMatchObject([{ coordinate: 'TaxStanding.hasArrears', change }]);
    expect(needsConsent(changes)).toBe(consent);
  });
});
