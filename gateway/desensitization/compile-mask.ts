import type { MaskShape } from '../../policies/policy-source.ts';
import { fromByteText, toByteText } from '../byte-text.ts';
import type { Mask } from './mask.ts';
import { addressMask } from './masks/address.ts';
import { bandsMask } from './masks/bands.ts';
import { emailMask } from './masks/email.ts';
import { keepMask } from './masks/keep.ts';
import { nameMask } from './masks/name.ts';
import { phoneMask } from './masks/phone.ts';
import { precisionMask } from './masks/precision.ts';

/** Compiles a mask of masks.yaml. */
export function compileMask(shape: MaskShape): Mask {
  switch (shape.kind) {
    case 'keep':
      return keepMask(shape);
    case 'name':
      return nameMask();
    case 'phone':
      return phoneMask();
    case 'email':
      return emailMask();
    case 'address':
      return addressMask();
    case 'bands':
      return bandsMask(shape.bounds);
    case 'precision':
      return precisionMask(shape.to);
  }
}

/** Compiles a mask of masks.yaml for byte texts. Numbers and dates are ASCII: what is not is neither to their masks, in either form. */
export function compileByteMask(shape: MaskShape): Mask {
  const mask = compileMask(shape);
  return shape.kind === 'bands' || shape.kind === 'precision' ? mask : onByteTexts(mask);
}

/** A mask that shows of a byte text what the mask of texts shows of its text. */
export function onByteTexts(mask: Mask): Mask {
  return (byteText) => toByteText(mask(fromByteText(byteText)));
}

/**
 * Applies a mask to a field's value: null stays null, a list is masked element by element.
 * @throws {TypeError} when something other than text would pass unmasked; the answer is then blocked.
 */
export function applyMask(mask: Mask): (value: unknown) => unknown {
  const apply = (value: unknown): unknown => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'string') return mask(value);
    if (Array.isArray(value)) return value.map(apply);
    throw new TypeError(`a mask cannot act on a ${typeof value}`);
  };
  return apply;
}
