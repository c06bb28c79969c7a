import { isRecord } from '../../../schema/is-record.ts';
import type { SubgraphError } from './run.ts';

/** An answer whose errors can be relied on to have their form; its data are looked at where they are used. */
export interface ReadAnswer {
  data: unknown;
  errors: readonly SubgraphError[];
}

const NONE: readonly SubgraphError[] = [];

/** Reads whatever a subgraph answered: what is no error as the specification has it (section 7.1.2) is an error without what it lacks. */
export function readAnswer(answer: unknown): ReadAnswer {
  if (!isRecord(answer)) return { data: undefined, errors: NONE };
  const { data, errors } = answer;
  if (errors === undefined || errors === null) return { data, errors: NONE };
  return { data, errors: Array.isArray(errors) ? errors.map(readError) : [{}] };
}

function readError(error: unknown): SubgraphError {
  if (!isRecord(error)) return {};
  const { message, path, extensions } = error;
  return {
    ...(typeof message === 'string' && { message }),
    ...(isPath(path) && { path }),
    ...(isRecord(extensions) && { extensions }),
  };
}

function isPath(path: unknown): path is (string | number)[] {
  return Array.isArray(path) && path.every((step) => typeof step === 'string' || typeof step === 'number');
}
