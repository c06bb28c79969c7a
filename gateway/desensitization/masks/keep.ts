import type { MaskShape } from '../../../policies/policy-source.ts';
import { characters, isPlain } from '../mask.ts';
import type { Mask } from '../mask.ts';

/**
 * Keeps `first` and `last` characters with `fill` asterisks between. Text with fewer than `hides` characters left to
 * hide becomes asterisks throughout. The width is always first + fill + last, so it never tells the length.
 */
export function keepMask({ first, last, fill, hides }: Extract<MaskShape, { kind: 'keep' }>): Mask {
  const hidden = '*'.repeat(first + fill + last);
  const middle = '*'.repeat(fill);
  return (text) => {
    const all = isPlain(text) ? text : characters(text);
    if (all.length < first + last + hides) return hidden;
    return joined(all.slice(0, first)) + middle + joined(all.slice(all.length - last));
  };
}

function joined(part: string | readonly string[]): string {
  return typeof part === 'string' ? part : part.join('');
}
