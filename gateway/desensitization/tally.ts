import { isPersonSubject, isSubjectId, type SubjectId } from '../../schema/identifiers/subject-id.ts';

/** Kind of the nearest subject around a value, as an index: a subject without a proper id is of an unknown kind. */
export type SubjectKind = typeof ORGANIZATION | typeof PERSON | typeof UNKNOWN;
export const ORGANIZATION = 0;
export const PERSON = 1;
export const UNKNOWN = 2;

/** A moment of a tally: what was noted after it can be taken back. */
export type Mark = number;

/**
 * What one pass over an answer notes for the log: values by the slots of their treatments, and subjects. A null that
 * propagates takes away what was below it, so notes are a list that can be cut, and are summed at the end.
 */
export class Tally {
  /** Kind of the subject that the pass is in. */
  kind: SubjectKind = UNKNOWN;
  /** That subject, where it has a proper id. */
  subject: SubjectId | undefined;
  /** A slot for each value that leaves, its complement for each field that was met without one. */
  private readonly notes: number[] = [];
  private readonly ids: { id: SubjectId; at: Mark }[] = [];
  private readonly named: { id: SubjectId; name: string; at: Mark }[] = [];

  notePresent(slot: number): void {
    this.notes.push(slot);
  }

  noteMet(slot: number): void {
    this.notes.push(~slot);
  }

  /** Enters a subject: what comes next is of its kind. */
  enterSubject(id: unknown): void {
    if (typeof id !== 'string' || !isSubjectId(id)) {
      this.kind = UNKNOWN;
      this.subject = undefined;
      return;
    }
    this.kind = isPersonSubject(id) ? PERSON : ORGANIZATION;
    this.subject = id;
    this.ids.push({ id, at: this.notes.length });
  }

  /** Notes what is shown as the name of the subject that the pass is in. */
  noteName(name: string): void {
    if (this.subject !== undefined) this.named.push({ id: this.subject, name, at: this.notes.length });
  }

  mark(): Mark {
    return this.notes.length;
  }

  /** Forgets what was noted since, an object's own note included where the mark is older than it. */
  takeBack(mark: Mark): void {
    this.notes.length = mark;
    while ((this.ids.at(-1)?.at ?? mark) > mark) this.ids.pop();
    while ((this.named.at(-1)?.at ?? mark) > mark) this.named.pop();
  }

  /** Values by slot, and which of the `size` slots were met at all; both in one buffer. */
  sums(size: number): { counts: Int32Array; met: Uint8Array; buffer: ArrayBuffer } {
    const buffer = new ArrayBuffer(size * (Int32Array.BYTES_PER_ELEMENT + 1));
    const counts = new Int32Array(buffer, 0, size);
    const met = new Uint8Array(buffer, size * Int32Array.BYTES_PER_ELEMENT);
    for (const note of this.notes) {
      met[note < 0 ? ~note : note] = 1;
      if (note >= 0) counts[note] = (counts[note] ?? 0) + 1;
    }
    return { counts, met, buffer };
  }

  /** Each subject once, in the order of the answer. */
  subjects(): SubjectId[] {
    return [...new Set(this.ids.map(({ id }) => id))];
  }

  /** What was shown as the subjects' names. */
  names(): ReadonlyMap<SubjectId, string> {
    return new Map(this.named.map(({ id, name }) => [id, name]));
  }
}
