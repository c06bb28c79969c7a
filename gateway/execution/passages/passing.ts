import { QUOTE } from './leaf-ends.ts';
import { openPage } from './page.ts';
import type { Passage } from './passage.ts';

/** One passage on its way: where in it the pass is, and what it has written of it. */
export class Passing {
  at: number;
  /** The next of its marks. */
  mark: number;
  readonly marks: readonly number[];
  /** What is before is written. */
  private written: number;
  private readonly passage: Passage;
  private readonly page = openPage();

  constructor(passage: Passage) {
    this.passage = passage;
    this.marks = passage.answer.marks;
    this.at = this.written = passage.from;
    this.mark = passage.mark;
  }

  nextMark(): number {
    const mark = this.marks[this.mark++];
    if (mark === undefined) throw new Error('a passage has fewer marks than values');
    return mark;
  }

  /** Puts a JSON text in the place of what is from a position up to another. */
  replace(from: number, to: number, json: string): void {
    this.writeUpTo(from);
    this.page.write(json);
    this.written = to;
  }

  /** Shows the value there in another way. */
  show(from: number, to: number, show: (value: unknown) => unknown): void {
    const { json, hasEscapes } = this.passage.answer;
    const isPlain = !hasEscapes && json.charCodeAt(from) === QUOTE;
    const shown = show(isPlain ? json.slice(from + 1, to - 1) : JSON.parse(json.slice(from, to)));
    this.writeUpTo(from);
    if (typeof shown === 'string' && this.page.writeText(shown)) this.written = to;
    else this.replace(from, to, JSON.stringify(shown ?? null));
  }

  /** All of it as it is passed on. */
  end(): string {
    const { answer, from, to } = this.passage;
    // Marks that went with other values would lead elsewhere: nothing of it may leave.
    if (this.at !== to) throw new Error('a passage was not passed on to its end');
    if (this.written === from) return answer.json.slice(from, to);
    this.writeUpTo(to);
    return this.page.text();
  }

  private writeUpTo(position: number): void {
    this.page.copy(this.passage.answer.bytes, this.written, position);
    this.written = position;
  }
}
