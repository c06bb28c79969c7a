import type { ReviewPolicy } from '../../policies/review-rules.ts';

/** A kind of case, and the purposes it may be looked up for. */
export type MatterType = ReviewPolicy['matterTypes'][number];

/** Where the year or the running number begins. */
const NUMBER = /[〔［[(（\d]/;

/** The type of a case number, by the words before its year: the first type that fits. Undefined where none does. */
export function matterType(matter: string, types: readonly MatterType[]): MatterType | undefined {
  const number = matter.search(NUMBER);
  const words = number === -1 ? matter : matter.slice(0, number);
  return types.find((type) => type.words.some((word) => words.includes(word)));
}
