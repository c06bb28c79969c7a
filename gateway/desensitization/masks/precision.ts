import { HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/** A date or month cut to its month, `2024-03`, or year, `2024`; what is already coarser stays, anything else is hidden. */
export function precisionMask(to: 'month' | 'year'): Mask {
  const length = to === 'month' ? 'YYYY-MM'.length : 'YYYY'.length;
  return (text) => (DATE.test(text) ? text.slice(0, length) : HIDDEN);
}

const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;
