import type { FetchDataRewrite } from '@apollo/query-planner';
import type { JoinedObject } from './joined-data.ts';
import { isRecord } from '../../../schema/is-record.ts';

/** Changes data in place, as the plan says: before they are sent, or as they come back. */
export type Rewrite = (value: JoinedObject) => void;

/** What a rewrite needs of the supergraph. */
interface Types {
  typesThatAre(name: string): ReadonlySet<string>;
}

/**
 * Compiles a fetch's rewrites. A ValueSetter sets a key (the `__typename` that an `@interfaceObject` subgraph knows), a
 * KeyRenamer gives a key its name back where the plan had to use an alias.
 */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] = [], types: Types): Rewrite | undefined {
  if (rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, types: Types): (value: unknown) => void {
  const key = rewrite.path.at(-1);
  if (key === undefined) return () => {};
  const change: Rewrite = rewrite.kind === 'ValueSetter' ? setter(key, rewrite.setValueTo) : renamer(key, rewrite.renameKeyTo);
  return rewrite.path.slice(0, -1).reduceRight<(value: unknown) => void>(
    (inner, step) => atStep(step, inner, types),
    (value) => {
      if (isRecord(value)) change(value);
    },
  );
}

function setter(key: string, value: unknown): Rewrite {
  return (object) => {
    object[key] = value;
  };
}

function renamer(key: string, name: string): Rewrite {
  return (object) => {
    if (!Object.hasOwn(object, key)) return;
    object[name] = object[key];
    delete object[key];
  };
}

const TYPE_CONDITION = '... on ';

function atStep(step: string, inner: (value: unknown) => void, types: Types): (value: unknown) => void {
  const here = step.startsWith(TYPE_CONDITION)
    ? onType(types.typesThatAre(step.slice(TYPE_CONDITION.length)), inner)
    : (object: JoinedObject) => each(object[step], inner);
  return (value) => each(value, (element) => isRecord(element) && here(element));
}

/** An object that does not say its type is of the only type it can be. */
function onType(names: ReadonlySet<string>, inner: (value: unknown) => void): Rewrite {
  return (object) => {
    const typename = object['__typename'];
    if (typeof typename !== 'string' || names.has(typename)) inner(object);
  };
}

function each(value: unknown, apply: (value: unknown) => void): void {
  if (Array.isArray(value)) for (const element of value) each(element, apply);
  else apply(value);
}
