import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policies } from '../../policies/policies.fixture.ts';
import type { MaskSpec } from '../../policies/policy-source.ts';
import { fromByteText, toByteText } from '../byte-text.ts';
import { applyMask, compileByteMask, compileMask } from './compile-mask.ts';
import { characters } from './mask.ts';
import { maskExampleFaults } from './mask-examples.ts';
import { pseudonymMask } from './masks/pseudonym.ts';

/** Any text, and text that looks like what the masks are for. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'0123456789*-.[](),@ 王欧阳市区县省~\u0301\u1100\u1161\uD800\u{E0100}a'), maxLength: 40 }),
  fc.stringMatching(/^1[3-9]\d{9}$/),
  fc.stringMatching(/^0\d{2,3}-?\d{7,8}$/),
  fc.stringMatching(/^-?\d{1,12}\.\d\d$/),
  fc.stringMatching(/^\d{4}-\d\d(-\d\d)?$/),
  fc.stringMatching(/^[a-z]{1,9}@[a-z]{1,9}\.cn$/),
);
const masks: [string, MaskSpec][] = [...policies.masks];

describe.each(masks)('%s', (_name, { shape }) => {
  const mask = compileMask(shape);

  it('is total, deterministic and idempotent on any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = mask(text);
        expect(mask(text)).toBe(once);
        expect(mask(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('shows of a byte text what it shows of its text', () => {
    const ofBytes = compileByteMask(shape);
    fc.assert(fc.property(anyText, (text) => fromByteText(ofBytes(toByteText(text))) === mask(fromByteText(toByteText(text)))));
  });
});

const keeping = masks.flatMap(([name, { shape }]) => (shape.kind === 'keep' ? [[name, shape] as const] : []));

describe.each(keeping)('%s', (_name, shape) => {
  const mask = compileMask(shape);
  const width = shape.first + shape.fill + shape.last;

  it('has one width whatever it is given, and shows no more than it may', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = characters(mask(text));
        expect(shown).toHaveLength(width);
        expect(shown.slice(shape.first, shape.first + shape.fill).join('')).toBe('*'.repeat(shape.fill));
      }),
    );
  });
});

it('a name shows its surname and never its length', () => {
  const mask = compileMask({ kind: 'name' });
  fc.assert(
    fc.property(
      fc.constantFrom('王', '欧阳'),
      fc.string({ unit: fc.constantFrom(...'明华伟芳娜𠮷'), minLength: 1, maxLength: 9 }),
      (surname, given) => {
        fc.pre(surname + given !== '欧阳' && !(surname === '王' && given === ''));
        expect(mask(surname + given)).toBe(`${surname}**`);
      },
    ),
  );
});

it('an amount comes out as one of the declared bands', () => {
  const money = policies.masks.get('MONEY');
  if (money?.shape.kind !== 'bands') throw new Error('MONEY has no bands');
  const { bounds } = money.shape;
  const mask = compileMask(money.shape);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (fen) => {
      const text = `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`;
      const index = bounds.findLastIndex((bound) => BigInt(bound) * 100n <= fen);
      expect(mask(text)).toBe(`[${bounds[index]},${bounds[index + 1] ?? ''})`);
    }),
  );
});

it('a pseudonym is idempotent too', () => {
  const mask = pseudonymMask({ key: 'k', purpose: 'P', organization: 'O' });
  fc.assert(
    fc.property(anyText, (text) => {
      expect(mask(mask(text))).toBe(mask(text));
    }),
  );
});

it('the examples in masks.yaml come out as written, and a wrong one is named', () => {
  expect(maskExampleFaults(policies.masks)).toEqual([]);
  const [name, spec] = masks[0] ?? ['', undefined];
  if (!spec) throw new Error('no masks');
  expect(maskExampleFaults(new Map([[name, { ...spec, examples: { 云汀: '云汀' } }]]))).toEqual([
    { at: 'masks.yaml:1', message: 'SUBJECT_NAME: 云汀 becomes 云**, not 云汀' },
  ]);
});

it('a value is masked element by element, null stays null, and anything but text is refused', () => {
  const apply = applyMask(compileMask({ kind: 'name' }));
  expect(apply(null)).toBeNull();
  expect(apply(undefined)).toBeNull();
  expect(apply(['王明', null, ['欧阳修']])).toEqual(['王**', null, ['欧阳**']]);
  for (const value of [1, true, { name: '王明' }]) expect(() => apply(value)).toThrow(TypeError);
});
