import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { PolicyFiles } from '../../policies/load-policies.ts';
import { compileFiles } from '../../policies/load-policies.ts';
import { mutated, policies, policyFiles, catalogue, SUPERGRAPH_SDL, TODAY } from '../../policies/policies.fixture.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { apiSchemaOf } from '../../schema/api-schema.ts';
import { type Catalogue, readCatalogue } from '../../schema/classification.ts';
import { exposureOf } from './exposure.ts';
import { type Fingerprint, fingerprintDigest, fingerprintOf, type Told, widened } from './fingerprint.ts';

const LOOK = `query Look($code: USCC!, $all: Boolean!, $from: Date) {
  subject(by: { unifiedSocialCreditCode: $code }) {
    name
    registration { legalRepresentativeName employees }
    penalties(first: 3, decidedFrom: $from) { fineAmount facts @include(if: $all) }
    tax @skip(if: true) { hasArrears refundAccountNo paidAtLeast(amount: "10000", year: 2025) }
  }
}`;

function fingerprint({ policy = policies as PolicySet, sdl = SUPERGRAPH_SDL, document = LOOK } = {}): Fingerprint {
  const caller = { actor: 'BANK', organization: 'bank' } as const;
  const exposed = exposureOf({
    document: parse(document),
    caller,
    purpose: 'LOAN_PRE',
    policy,
    apiSchema: apiSchemaOf(sdl),
    date: TODAY,
  });
  return fingerprintOf(exposed, policy);
}

const APPROVED = fingerprint();
const under = (files: PolicyFiles, of: Catalogue = catalogue) => fingerprint({ policy: compileFiles(files, of) });

test('covers what conditions leave out, and what only an authorization opens, but nothing that is withheld', () => {
  expect(APPROVED['AdministrativePenalty.facts organization']).toEqual({ about: 'String PUBLIC PENALTY', treatment: 'REVEAL' });
  expect(APPROVED['TaxStanding.hasArrears organization']).toBeUndefined();
  expect(APPROVED['TaxStanding.hasArrears authorizedOrganization']?.treatment).toBe('REVEAL');
  expect(Object.keys(APPROVED).filter((place) => place.startsWith('TaxStanding.refundAccountNo'))).toEqual([]);
  expect(APPROVED['TaxStanding.paidAtLeast(amount:) authorizedPerson']).toMatchObject({
    treatment: 'GENERALIZE',
    shape: { kind: 'bands' },
  });
});

const PRE = 'purposes/LOAN_PRE.yaml';
const ARREARS = '      - TaxStanding.hasArrears\n';
const REFUND = '      - TaxStanding.refundAccountNo\n';
const BANDS = `bands: ['0', '10000', '100000', '500000', '1000000', '5000000']`;

function edited(edit: (text: string) => string): PolicyFiles {
  const text = policyFiles.get(PRE) ?? '';
  return mutated(PRE, text, edit(text));
}

describe('a change of the policy', () => {
  test.each<[string, PolicyFiles, string[]]>([
    ['of nothing', mutated(PRE, 'name: 信易贷贷前审查', 'name: 贷前'), []],
    ['of a rule’s legal basis alone', mutated(PRE, '国办发〔2024〕15号', '国办发〔2024〕16号'), []],
    ['that withholds what was shown', mutated(PRE, '      - TaxStanding.hasArrears\n', ''), []],
    ['of what the operation does not ask for', mutated(PRE, '      - TaxStanding.arrears\n', ''), []],
    [
      'that shows more without an authorization',
      mutated(PRE, '    COMMERCIAL: withhold', '    COMMERCIAL: mask'),
      ['Registration.employees', 'TaxStanding.refundAccountNo'],
    ],
    [
      'that opens more to an authorization',
      edited((text) => text.replace(REFUND, '').replace(ARREARS, ARREARS + REFUND)),
      ['TaxStanding.refundAccountNo'],
    ],
  ])('%s', (_, files, wider) => {
    expect(widened(under(files), APPROVED).sort()).toEqual(wider);
  });

  test('that asks by finer bands is wider, by coarser ones narrower', () => {
    const asking = (bands: string) => under(mutated('masks.yaml', BANDS, bands));
    expect(widened(asking(BANDS.replace("'10000'", "'5000', '10000'")), APPROVED)).toEqual(['TaxStanding.paidAtLeast(amount:)']);
    expect(widened(asking(BANDS.replace("'100000', ", '')), APPROVED)).toEqual([]);
  });
});

describe('a change of the schema', () => {
  const changed = (from: string, to: string) => {
    if (!SUPERGRAPH_SDL.includes(from)) throw new Error(`the schema does not contain ${from}`);
    const sdl = SUPERGRAPH_SDL.replace(from, to);
    return fingerprint({ sdl, policy: compileFiles(policyFiles, readCatalogue(sdl)) });
  };

  test.each<[string, string, string, string[]]>([
    // Withheld without an authorization then; with one it is still shown, and of another class.
    [
      'class',
      'fineAmount: Money @classified(as: PUBLIC',
      'fineAmount: Money @classified(as: COMMERCIAL',
      ['AdministrativePenalty.fineAmount'],
    ],
    ['type', '  facts: String @', '  facts: Address @', ['AdministrativePenalty.facts']],
    ['owner’s other field', '  content: String @classified(as: PUBLIC', '  content: String @classified(as: INTERNAL', []],
  ])('of a field’s %s is compared with what was approved', (_, from, to, wider) => {
    expect(widened(changed(from, to), APPROVED)).toEqual(wider);
  });
});

describe('how much is told is a partial order', () => {
  const bounds = fc.subarray(['0', '10', '100', '1000']);
  const shape = fc.oneof(
    bounds.map((of) => ({ kind: 'bands' as const, bounds: of })),
    fc.constantFrom({ kind: 'precision' as const, to: 'month' as const }, { kind: 'precision' as const, to: 'year' as const }),
    fc.constant({ kind: 'phone' as const }),
  );
  const told: fc.Arbitrary<Told> = fc.oneof(
    fc.record({ about: fc.constantFrom('a', 'b'), treatment: fc.constantFrom('REVEAL', 'PSEUDONYMIZE') }),
    fc.record({ about: fc.constantFrom('a', 'b'), treatment: fc.constantFrom('MASK', 'GENERALIZE'), shape }),
  );
  const print = fc.dictionary(fc.constantFrom('A.a organization', 'A.a person', 'B.b organization'), told);
  const atMost = (one: Fingerprint, other: Fingerprint) => widened(one, other).length === 0;

  test('reflexive, antisymmetric and transitive', () => {
    fc.assert(fc.property(print, (one) => atMost(one, one)));
    fc.assert(
      fc.property(
        print,
        print,
        (one, other) => !(atMost(one, other) && atMost(other, one)) || fingerprintDigest(one) === fingerprintDigest(other),
      ),
    );
    fc.assert(
      fc.property(print, print, print, (one, two, three) => !(atMost(one, two) && atMost(two, three)) || atMost(one, three)),
      { numRuns: 2_000 },
    );
  });

  test('nothing is at most everything', () => {
    fc.assert(fc.property(print, (one) => atMost({}, one) && (atMost(one, {}) ? Object.keys(one).length === 0 : true)));
  });
});
