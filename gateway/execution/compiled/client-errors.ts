import { type GraphQLSchema, isObjectType } from 'graphql';
import { isRecord } from '../../../schema/is-record.ts';
import { applies } from './collect-fields.ts';
import type { JoinedObject } from './joined-data.ts';
import type { FieldSelection, ResolvedSelections, Selection } from './resolve-selections.ts';
import type { FetchError } from './run.ts';

type Path = readonly (string | number)[];
type Groups = readonly (readonly Selection[])[];

/** The subgraphs' errors, of joined data, with paths in the client's keys. */
export type ClientErrors = (errors: readonly FetchError[], data: JoinedObject) => readonly FetchError[];

/**
 * Tells the subgraphs' errors of an operation in the client's words. A field has one error of a subgraph (spec, section 6.4.4), though a
 * plan may fetch it twice: for the client and for a `@requires`.
 */
export function clientErrors({ selections }: Pick<ResolvedSelections, 'selections'>, schema: GraphQLSchema): ClientErrors {
  const root = stepsBelow([selections], schema);
  return (errors, data) => {
    const told = new Set<string>();
    return errors.flatMap(({ message, path: planPath, extensions }) => {
      if (planPath === undefined) return [{ message, extensions }];
      const path = inClientKeys(planPath, root, data);
      const field = JSON.stringify([extensions['serviceName'], ...path]);
      if (told.has(field)) return [];
      told.add(field);
      return [{ message, path, extensions }];
    });
  };
}

/**
 * What only the plan asked for keeps its own name, unless the client calls something else that: then the object around has
 * the error, for the client's field has none.
 */
function inClientKeys(path: Path, root: StepsOf, data: JoinedObject): Path {
  const steps: (string | number)[] = [];
  let stepsOf = root;
  let around: unknown = data;
  for (const [index, step] of path.entries()) {
    if (typeof step === 'number') steps.push(step);
    else {
      const { meant, responseKeys } = stepsOf(around);
      const found = meant.get(step);
      if (found === undefined) return responseKeys.has(step) ? steps : [...steps, ...path.slice(index)];
      steps.push(found.responseKey);
      stepsOf = found.below;
    }
    around = isRecord(around) || Array.isArray(around) ? (around as JoinedObject)[step] : undefined;
  }
  return steps;
}

/** What the keys of the plan mean in an object. */
interface Steps {
  meant: ReadonlyMap<string, { responseKey: string; below: StepsOf }>;
  responseKeys: ReadonlySet<string>;
}

/** By the type that an object says it is of, if any; worked out once. */
type StepsOf = (object: unknown) => Steps;

function stepsBelow(groups: Groups, schema: GraphQLSchema): StepsOf {
  const known = new Map<string, Steps>();
  return (object) => {
    const name = isRecord(object) ? object['__typename'] : undefined;
    const type = typeof name === 'string' && isObjectType(schema.getType(name)) ? name : '';
    const steps = known.get(type) ?? stepsIn(fieldsOf(groups, type, schema), schema);
    known.set(type, steps);
    return steps;
  };
}

function stepsIn(fields: readonly FieldSelection[], schema: GraphQLSchema): Steps {
  const meant = new Map<string, { responseKey: string; below: (readonly Selection[])[] }>();
  const mean = (step: string, { responseKey, selections }: FieldSelection) => {
    const field = meant.get(step) ?? { responseKey, below: [] };
    if (selections) field.below.push(selections);
    meant.set(step, field);
  };
  for (const field of fields) {
    mean(field.planKey, field);
    const { responseKey, planKey, definition } = field;
    // The one that the plan fetched by its name too: with arguments it would be another.
    if (planKey !== responseKey && definition.name === responseKey && definition.args.length === 0) mean(responseKey, field);
  }
  return {
    meant: new Map([...meant].map(([step, { responseKey, below }]) => [step, { responseKey, below: stepsBelow(below, schema) }])),
    responseKeys: new Set(fields.map(({ responseKey }) => responseKey)),
  };
}

/** The fields of an object of a type, or of whichever when it is not known, in all their selections. */
export function fieldsOf(groups: Groups, typeName: string, schema: GraphQLSchema): readonly FieldSelection[] {
  const type = schema.getType(typeName);
  const seen = new Set<readonly Selection[]>();
  const visit = (selections: readonly Selection[]): FieldSelection[] => {
    if (seen.has(selections)) return [];
    seen.add(selections);
    return selections.flatMap((selection) => {
      if (selection.kind === 'field') return [selection];
      return !isObjectType(type) || applies(selection.condition, type, schema) ? visit(selection.selections) : [];
    });
  };
  return groups.flatMap(visit);
}
