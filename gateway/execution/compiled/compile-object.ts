import type { Tally } from '../../desensitization/tally.ts';
import { writeObject, Written } from '../../written.ts';
import { INVALID } from './complete-leaf.ts';
import { extendPaths, type Fault } from './faults.ts';

type Raw = Readonly<Record<string, unknown>>;

/** A field of an object as the response has it. */
export interface ShapedField<Pass> {
  responseKey: string;
  /** Where the joined data have its value; undefined for what was not fetched, which is null. */
  planKey: string | undefined;
  /** What the response has in the value's place; INVALID, with a fault noted, where that may not be null. */
  complete(value: unknown, pass: Pass): unknown;
  /** Of a field that shows any text as it is, whosever it is: the slot that notes it, if any. */
  text?: { slot: number | undefined } | undefined;
  /** Whether it has fields of its own: its value may be written already. */
  isComposite?: boolean;
  /** Whether the client asked for it, or only the pass does. */
  isShown: boolean;
  owners(): readonly string[];
}

/** Makes the response's object of the joined one; null where a field that must not be null is. */
export type CompleteObject<Pass> = (raw: Raw, pass: Pass) => Record<string, unknown> | Written | null;

/**
 * Compiles an object's fields to JavaScript of their own, one object literal: its keys, which a loop would look up value by value, become
 * fixed places, and its parts are each called from a place of their own, as a JIT compiler wants it. Measured at 50 subjects: execution 0.75 of what a loop took, writing its answer 0.85.
 * Text that is shown as it is, which most of an answer is, is noted in passing. Of the fields only their names and slots get into the
 * source, as JSON.
 */
export function compileObject<Pass extends { readonly faults: Fault[]; readonly tally: Pick<Tally, 'notePresent'> }>(
  fields: readonly ShapedField<Pass>[],
  { isRoot = false }: { isRoot?: boolean } = {},
): CompleteObject<Pass> {
  const completed = fields.map(({ planKey, text }, index) => {
    const value = `value${index}`;
    const complete = `{
        ${value} = complete${index}(${value}, pass);
        if (faults.length !== noted) {
          extend(faults, noted, ${index});
          if (${value} === INVALID) return null;
          noted = faults.length;
        }
      }`;
    const note = text?.slot === undefined ? '' : `tally.notePresent(${JSON.stringify(text.slot)});`;
    return `let ${value} = ${readOf(planKey)};
      ${text ? `if (typeof ${value} === 'string') { ${note} } else ${complete}` : complete}`;
  });
  const shown = fields.flatMap(({ responseKey, isShown, isComposite }, index) =>
    isShown ? [{ responseKey, isComposite, value: `value${index}` }] : [],
  );
  const object = `{ ${shown.map(({ responseKey, value }) => `${keyOf(responseKey)}: ${value}`).join(', ')} }`;
  const isWritten = shown.filter(({ isComposite }) => isComposite && !isRoot).map(({ value }) => `${value} instanceof Written`);
  const written = `write(keys, [${shown.map(({ value }) => value).join(', ')}])`;
  const source = `'use strict';
    const { ${fields.map((_, index) => `${index}: complete${index}`).join(', ')} } = completes;
    return (raw, pass) => {
      const { faults, tally } = pass;
      let noted = faults.length;
      ${completed.join('\n')}
      return ${isWritten.length === 0 ? object : `${isWritten.join(' || ')} ? ${written} : ${object}`};
    };`;
  const extend = (faults: readonly Fault[], from: number, index: number): void => {
    const field = fields[index];
    if (field) extendPaths(faults, from, field.responseKey, field.owners());
  };
  const parts = {
    completes: fields.map(({ complete }) => complete),
    INVALID,
    own,
    extend,
    Written,
    write: writeObject,
    keys: shown.map(({ responseKey }) => JSON.stringify(responseKey)),
  };
  const make = new Function(...Object.keys(parts), source) as (...parts: unknown[]) => CompleteObject<Pass>;
  return make(...Object.values(parts));
}

/** Computed, `__proto__` is a key like others; written as the others are, it would be the prototype. */
function keyOf(responseKey: string): string {
  return responseKey === '__proto__' ? '["__proto__"]' : JSON.stringify(responseKey);
}

/** JSON has no inherited members, but the objects it becomes have: a field may be called `constructor`. */
function readOf(planKey: string | undefined): string {
  if (planKey === undefined) return 'null';
  const key = JSON.stringify(planKey);
  return planKey in Object.prototype ? `own(raw, ${key})` : `raw[${key}]`;
}

function own(raw: Raw, key: string): unknown {
  return Object.hasOwn(raw, key) ? raw[key] : null;
}
