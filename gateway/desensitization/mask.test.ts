import fc from 'fast-check';
import { expect, it } from 'vitest';
import { characters } from './mask.ts';

/** One unit pair outside of the plain ranges: text that has it is taken apart the long way. */
const RARE = '𠀀';

it('takes text apart the same way, whether all its characters are plain or not', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const text = String.fromCharCode(unit);
    expect([...characters(text), RARE]).toEqual(characters(text + RARE));
  }
});

it('and so it does where characters stand beside each other', () => {
  const unit = fc.oneof(
    fc.integer({ min: 0, max: 0x2ff }),
    fc.integer({ min: 0x4e00, max: 0x9fff }),
    fc.integer({ min: 0, max: 0xffff }),
  );
  const text = fc.array(unit, { maxLength: 6 }).map((units) => String.fromCharCode(...units));
  const law = fc.property(text, (each) => {
    expect([...characters(each), RARE]).toEqual(characters(each + RARE));
  });
  fc.assert(law, { numRuns: 2_000 });
});
