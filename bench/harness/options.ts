import { parseArgs } from 'node:util';

/** What every benchmark command takes. */
export interface BenchOptions {
  /** Rounds a contender; medians are taken over them. */
  rounds: number;
  /** Length of one round. */
  roundMs: number;
  /** Only whether everything answers and answers alike. */
  smoke: boolean;
  /** File the figures go to as JSON. */
  json: string | undefined;
  /** Whether `bench/RESULTS.md` is to be rewritten. */
  results: boolean;
}

const FULL = { rounds: 7, roundMs: 2_000 };
const QUICK = { rounds: 3, roundMs: 800 };
const SMOKE = { rounds: 1, roundMs: 100 };

/** Reads `--quick`, `--smoke`, `--json FILE` and `--results`. @throws {TypeError} naming any other option. */
export function readOptions(full: { rounds: number; roundMs: number } = FULL): BenchOptions {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      json: { type: 'string' },
      results: { type: 'boolean', default: false },
    },
  });
  const { quick, smoke, json, results } = values;
  return { ...(smoke ? SMOKE : quick ? QUICK : full), smoke, json, results };
}
