import type { FieldSelection, Selection } from './resolve-selections.ts';
import type { FetchError } from './run.ts';

type Path = readonly (string | number)[];

/**
 * The subgraphs' errors with paths in the client's keys. A field has one error of a subgraph (spec, section 6.4.4), though a
 * plan may fetch it twice: for the client and for a `@requires`.
 */
export function clientErrors(errors: readonly FetchError[], selections: readonly Selection[]): readonly FetchError[] {
  const told = new Set<string>();
  return errors.flatMap(({ message, path: planPath, extensions }) => {
    if (planPath === undefined) return [{ message, extensions }];
    const path = inClientKeys(planPath, selections);
    const field = JSON.stringify([extensions['serviceName'], ...path]);
    if (told.has(field)) return [];
    told.add(field);
    return [{ message, path, extensions }];
  });
}

/**
 * What only the plan asked for keeps its own name, unless the client calls something else that: then the object around has
 * the error, for the client's field has none.
 */
function inClientKeys(path: Path, selections: readonly Selection[]): Path {
  const steps: (string | number)[] = [];
  let around = selections;
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number') {
      steps.push(step);
      continue;
    }
    const fields = fieldsOf(around);
    const meant = fields.filter((field) => field.planKey === step || isThat(field, step));
    const [first] = meant;
    if (first === undefined)
      return fields.some(({ responseKey }) => responseKey === step) ? steps : [...steps, ...path.slice(index)];
    steps.push(first.responseKey);
    around = meant.flatMap(({ selections: below = [] }) => below);
  }
  return steps;
}

/** Whether a field is the one that the plan fetched by its name: with arguments it would be another. */
function isThat({ responseKey, definition }: FieldSelection, name: string): boolean {
  return responseKey === name && definition.name === name && definition.args.length === 0;
}

/** The fields of an object of whichever type. */
function fieldsOf(selections: readonly Selection[], seen = new Set<readonly Selection[]>()): readonly FieldSelection[] {
  if (seen.has(selections)) return [];
  seen.add(selections);
  return selections.flatMap((selection) => (selection.kind === 'field' ? [selection] : fieldsOf(selection.selections, seen)));
}
