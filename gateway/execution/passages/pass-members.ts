import type { Tally } from '../../desensitization/tally.ts';
import type { TreatedField } from '../../desensitization/treatments.ts';
import type { Passing } from './passing.ts';

/** Passes the value at the passing's position, and moves it behind. */
export type Pass = (passing: Passing, tally: Tally) => void;
export type Treated = NonNullable<TreatedField['treated']>;

/** A member of an object: a leaf under its own name, so many bytes on; or anything else, which passes its name too. */
export type Member = { bytesBefore: number; treated: Treated | undefined } | Pass;

/**
 * Compiled to JavaScript of its own, like what recognized it (`recognize.ts`): leaves, which most of an answer is, are passed where they
 * stand. Only numbers get into the source.
 */
export function compileMembers(members: readonly Member[]): Pass {
  const source = members.map((member, index) => {
    if (typeof member === 'function') return `passing.at = at; part${index}(passing, tally); at = passing.at;`;
    const { bytesBefore, treated } = member;
    return `at += ${bytesBefore};
      mark = marks[passing.mark++];
      ${treated === undefined ? 'at = Math.abs(mark);' : passTreated(treated, `part${index}`)}`;
  });
  const names = members.map((_, index) => `part${index}`);
  const make = new Function(
    ...names,
    `return (passing, tally) => {
      const { marks } = passing;
      let { at } = passing;
      let mark;
      let by;
      ${source.join('\n')}
      passing.at = at;
    };`,
  ) as (...parts: unknown[]) => Pass;
  return make(...members.map((member) => (typeof member === 'function' ? member : member.treated?.byKind)));
}

function passTreated({ byKind }: Treated, part: string): string {
  const [{ slot }] = byKind;
  const isOne = byKind.every((each) => each.slot === slot && each.show === undefined);
  const noted = isOne ? slot : 'by.slot';
  return `${isOne ? '' : `by = ${part}[tally.kind];`}
      if (mark < 0) { at = -mark; tally.noteMet(${noted}); }
      else {
        tally.notePresent(${noted});
        ${isOne ? '' : 'if (by.show !== undefined) passing.show(at, mark, by.show);'}
        at = mark;
      }`;
}
