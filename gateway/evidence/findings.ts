import { exitCodeOf, type Fault, type FaultKind } from './fault.ts';

/** Told of each kind; how often it happened is counted beyond that. */
const KEPT_OF_A_KIND = 10;

/** Faults found so far, in bounded memory: a log that is wrong everywhere is as wrong as one that is wrong in ten places. */
export class Findings {
  readonly #faults: Fault[] = [];
  readonly #counts = new Map<FaultKind, number>();

  add(kind: FaultKind, at: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= KEPT_OF_A_KIND) this.#faults.push({ kind, at });
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** How many there were of each kind. */
  get counts(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  get exitCode(): number {
    return exitCodeOf(this.#faults);
  }
}
