import type { Form } from './form.ts';

/** An answer that was recognized: its JSON as bytes and as a byte text, with marks of where its values are. */
export interface Recognized {
  bytes: Uint8Array;
  json: string;
  /** Whether a text in it is written with an escape. */
  hasEscapes: boolean;
  /**
   * In the order of the JSON: of a leaf its end; of a list the number of its elements, then theirs; of an object that may be null 0, then
   * its fields'; of whatever is null its end, negated.
   */
  marks: readonly number[];
}

/** A part of a recognized answer, in the place of the value that it would be read as. Nobody changes it. */
export class Passage {
  readonly form: Form;
  readonly answer: Recognized;
  /** Where it begins and ends. */
  readonly from: number;
  readonly to: number;
  /** Its first mark. */
  readonly mark: number;

  constructor(form: Form, answer: Recognized, { from, to, mark }: { from: number; to: number; mark: number }) {
    this.form = form;
    this.answer = answer;
    this.from = from;
    this.to = to;
    this.mark = mark;
  }

  /** Reads it after all. */
  value(): unknown {
    return JSON.parse(this.answer.json.slice(this.from, this.to));
  }
}
