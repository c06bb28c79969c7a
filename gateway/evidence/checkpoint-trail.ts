import type { Checkpoint } from '../querylog/checkpoint.ts';
import { type CompactRange, foldPeaks } from '../querylog/compact-range.ts';
import type { Findings } from './findings.ts';
import { readCheckpoint, type Signers } from './read-checkpoint.ts';

/** What the notes are held against, besides the tree. */
export interface TrailOptions {
  newest: Checkpoint;
  findings: Findings;
  signers: Signers;
}

/**
 * The checkpoints of a log, held one by one against a tree that grows past their sizes. A tree that has the root of each of them proves that
 * all are consistent with one another, which no proof between two of them could do better.
 */
export class CheckpointTrail {
  readonly #notes: AsyncIterator<string>;
  readonly #findings: Findings;
  readonly #signers: Signers;
  readonly #newest: Checkpoint;
  readonly #also: Checkpoint[];
  #listed: Checkpoint | undefined;
  /** The last size at which the tree had the root that was signed. */
  #held: bigint | undefined;
  #lastRead = 0n;
  #failing: bigint | undefined;
  /** How many notes have been read. */
  count = 0;

  /** `also`: checkpoints that did not come with the log, the newest among them. */
  constructor(notes: AsyncIterable<string>, also: readonly Checkpoint[], { newest, findings, signers }: TrailOptions) {
    this.#notes = notes[Symbol.asyncIterator]();
    this.#also = also.toSorted((a, b) => (a.size < b.size ? -1 : 1));
    this.#newest = newest;
    this.#findings = findings;
    this.#signers = signers;
  }

  /** Size at which the tree is next to be compared; undefined after the last. */
  async nextSize(): Promise<bigint | undefined> {
    return (await this.#peek())?.size;
  }

  /** Compares the tree, which has the size that was asked for. Two checkpoints of one size are both compared. */
  async compare(range: CompactRange): Promise<void> {
    const root = foldPeaks(range.peaks);
    for (let next = await this.#peek(); next?.size === range.size; next = await this.#peek()) {
      if (next === this.#also[0]) this.#also.shift();
      else this.#listed = undefined;
      this.#compareRoot(next, root);
    }
  }

  /**
   * Says what the comparisons mean, when all are made: a tree that goes with a later checkpoint is the log's own, and the earlier one is
   * of a fork. Where it goes with none of the last ones, it is the tree that is not the log's. `contradicted`: that is explained already.
   */
  conclude(contradicted: boolean): void {
    if (this.#failing === undefined || contradicted) return;
    this.#findings.add('REWRITTEN', `between sizes ${this.#held ?? 0n} and ${this.#failing}`);
  }

  /** Whether the tree had the root of the newest checkpoint. */
  get isWhole(): boolean {
    return this.#failing === undefined && this.#held === this.#newest.size;
  }

  #compareRoot(checkpoint: Checkpoint, root: Uint8Array): void {
    if (Buffer.compare(checkpoint.root, root) !== 0) {
      // Of one size with a checkpoint that goes with the tree: there is no need to see how it goes on.
      if (this.#failing === undefined && this.#held === checkpoint.size)
        this.#findings.add('FORKED_CHECKPOINT', `size ${checkpoint.size}`);
      else this.#failing ??= checkpoint.size;
      return;
    }
    if (this.#failing !== undefined) this.#findings.add('FORKED_CHECKPOINT', `size ${this.#failing}`);
    this.#failing = undefined;
    this.#held = checkpoint.size;
  }

  async #peek(): Promise<Checkpoint | undefined> {
    this.#listed ??= await this.#read();
    const [also] = this.#also;
    if (this.#listed === undefined || also === undefined) return this.#listed ?? also;
    return also.size < this.#listed.size ? also : this.#listed;
  }

  async #read(): Promise<Checkpoint | undefined> {
    for (;;) {
      const { done, value } = await this.#notes.next();
      if (done) return undefined;
      const checkpoint = readCheckpoint(value, this.#signers);
      const at = `checkpoint ${this.count++}`;
      if (typeof checkpoint === 'string') this.#findings.add(checkpoint, at);
      else if (
        checkpoint.origin !== this.#newest.origin ||
        checkpoint.size > this.#newest.size ||
        checkpoint.size < this.#lastRead
      )
        this.#findings.add('MALFORMED', `${at} is out of order`);
      else {
        this.#lastRead = checkpoint.size;
        return checkpoint;
      }
    }
  }
}
