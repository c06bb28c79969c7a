import type { Cell } from './category.ts';

/** A record on its way into a table. `hash` is the SHA-256 of its content, subject included. */
export interface MergeRecord {
  readonly line: number;
  readonly officer: string;
  readonly subjectId: string;
  readonly values: readonly Cell[];
  readonly hash: string;
}
