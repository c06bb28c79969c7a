import type { ValueType } from './reasons.ts';

/** One column of a layout: the field the mapping reads, the headers that name it (the official one first). */
export interface ColumnSpec {
  readonly field: string;
  readonly headers: readonly string[];
  /** `value`: every line fills it; `column`: the file has it, a line may leave it empty; a file may lack an `optional` one. */
  readonly presence: 'value' | 'column' | 'optional';
  readonly type: ValueType;
  /** Longest text in characters; longer ones are rejected. */
  readonly maxLength: number;
  /** What `--template` writes in the example row. */
  readonly example: string;
  /** What an official must know to fill the column, in Chinese. */
  readonly note?: string;
}

/** One version of a file's columns. `name` is kept with every batch. */
export interface Layout {
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
}
