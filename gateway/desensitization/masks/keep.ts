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
  const cut = (text: string) => text.slice(0, first) + middle + text.slice(text.length - last);
  return (text) => {
    if (isPlain(text)) return text.length < first + last + hides ? hidden : cut(text);
    const all = characters(text);
    if (all.length < first + last + hides) return hidden;
    return all.slice(0, first).join('') + middle + all.slice(all.length - last).join('');
  };
}
