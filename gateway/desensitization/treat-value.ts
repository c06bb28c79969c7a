import { fromByteText } from '../byte-text.ts';
import type { Tally } from './tally.ts';
import { blocked, type TreatedField } from './treatments.ts';

/** A step of the pass over an answer: what the response has in a value's place. */
type Step<Pass> = (value: unknown, pass: Pass) => unknown;
type Noted = { readonly tally: Tally };
/** What a subject is called. */
const SUBJECT_NAME = 'CreditSubject.name';
type Treated = NonNullable<TreatedField['treated']>;

/** Shows a leaf as its treatment says, and notes it. An object in its place would leave whole: it blocks the answer. */
export function treatLeaf<Pass extends Noted>(complete: Step<Pass>, { byKind, coordinate }: Treated): Step<Pass> {
  const isName = coordinate === SUBJECT_NAME;
  return (value, pass) => {
    const { tally } = pass;
    const { slot, show } = byKind[tally.kind];
    const completed = complete(value, pass);
    if (typeof completed === 'object') {
      if (completed !== null) throw blocked(coordinate);
      tally.noteMet(slot);
      return null;
    }
    tally.notePresent(slot);
    const shown = show === undefined ? completed : show(completed);
    if (isName && typeof shown === 'string') tally.noteName(fromByteText(shown));
    return shown;
  };
}

/** Where {@link treatLeaf} would do nothing with a text but to note it, whosever it is: the slot; undefined elsewhere. */
export function plainText({ byKind, coordinate }: Treated): { slot: number } | undefined {
  const isRevealed = byKind.every(({ show }) => show === undefined);
  return isRevealed && coordinate !== SUBJECT_NAME ? { slot: byKind[0].slot } : undefined;
}

/** Notes a list of leaves as met, whether it has any or not. */
export function treatLeaves<Pass extends Noted>(complete: Step<Pass>, { byKind }: Treated): Step<Pass> {
  return (value, pass) => {
    pass.tally.noteMet(byKind[pass.tally.kind].slot);
    return complete(value, pass);
  };
}

/** Nothing of a value is looked at where it is withheld from the subject's kind. */
export function withhold<Pass extends Noted>(complete: Step<Pass> | undefined, { byKind }: Treated): Step<Pass> {
  return (value, pass) => {
    const { slot, withheld } = byKind[pass.tally.kind];
    if (!withheld && complete !== undefined) return complete(value, pass);
    pass.tally.noteMet(slot);
    return null;
  };
}
