import { afterTurns } from './after-turns.ts';

/** Resolves once what was gathered before has gone. */
export function gathered(): Promise<void> {
  return new Promise((resolve) => afterTurns(resolve));
}
