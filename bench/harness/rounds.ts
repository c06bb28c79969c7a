import { load, type LoadOptions, quantile } from './load.ts';
import type { Contender } from './process.ts';

/** A contender that answers at an address. */
export interface Candidate {
  name: string;
  process: Pick<Contender, 'cpuSeconds' | 'residentBytes'>;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Headers of one request, where they differ from one to the next. */
  headersOf?: (request: number) => Readonly<Record<string, string>>;
  /** What it is asked, where that is not the same for all. */
  bodies?: readonly string[];
}

/** Medians over the rounds of one contender. */
export interface Figures {
  requestsPerSecond: number;
  cpuMsPerRequest: number;
  /** Share of one core that the contender used: well below 1 it waited for something else. */
  busy: number;
  p50Ms: number;
  p99Ms: number;
}

/** The longest that one candidate is warmed up, in milliseconds, however slow it is. */
const WARM_UP_MS = 30_000;
/** While the others had their turns, what a candidate keeps in memory and in the processor's caches went cold: so long, it answers at half its pace. */
const LEAD_IN_MS = 1_000;

/**
 * Loads the candidates in turn, round by round, so that whatever disturbs the machine disturbs all of them; the first second of a turn does
 * not count. Each round has an order of its own: what disturbs the machine every few seconds would else hit the same candidate each time. Before that each is warmed up by so many requests: a compiler decides by what has run, not by how long it took, and is busy with the whole flow
 * until some ten thousand have.
 */
export async function interleave(
  candidates: readonly Candidate[],
  options: Pick<LoadOptions, 'bodies' | 'inFlight'> & { rounds: number; roundMs: number; warmUp: number },
): Promise<Map<string, Figures>> {
  const { inFlight, rounds, roundMs, warmUp } = options;
  const all = new Map(candidates.map(({ name }) => [name, [] as Figures[]]));
  const turnOf = (candidate: Candidate) => ({ ...candidate, bodies: candidate.bodies ?? options.bodies, inFlight });
  for (const candidate of candidates) await load({ ...turnOf(candidate), milliseconds: WARM_UP_MS, requests: warmUp });
  for (let round = 0; round < rounds; round++) {
    for (const candidate of shuffled(candidates)) {
      const { name, process } = candidate;
      const turn = turnOf(candidate);
      await load({ ...turn, milliseconds: Math.min(LEAD_IN_MS, roundMs) });
      const before = process.cpuSeconds();
      const done = await load({ ...turn, milliseconds: roundMs });
      const cpu = process.cpuSeconds() - before;
      all.get(name)?.push({
        requestsPerSecond: done.requests / done.seconds,
        cpuMsPerRequest: (cpu * 1_000) / done.requests,
        busy: cpu / done.seconds,
        p50Ms: quantile(done, 0.5),
        p99Ms: quantile(done, 0.99),
      });
    }
  }
  return new Map([...all].map(([name, figures]) => [name, medians(figures)]));
}

function shuffled<T>(list: readonly T[]): T[] {
  const drawn = list.map((member) => ({ member, lot: Math.random() }));
  return drawn.sort((one, other) => one.lot - other.lot).map(({ member }) => member);
}

/** The middle value; the upper of the two middle ones. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function medians(rounds: readonly Figures[]): Figures {
  const of = (key: keyof Figures) => median(rounds.map((round) => round[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    cpuMsPerRequest: of('cpuMsPerRequest'),
    busy: of('busy'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
  };
}
