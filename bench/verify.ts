/** How many entries a second the tree of a log is rebuilt from, for bundles as an export has them: hashing alone, then everything `log verify` does. */
import { performance } from 'node:perf_hooks';
import { hashBundle } from '../gateway/evidence/hash-bundle.ts';
import { checkEntries, timeDoesNotRunBackwards } from '../gateway/evidence/entry-rules.ts';
import { Findings } from '../gateway/evidence/findings.ts';
import { appendLeaves, EMPTY_RANGE } from '../gateway/querylog/compact-range.ts';
import { encodeBundle } from '../gateway/querylog/entry-bundle.ts';
import { entryOf } from '../gateway/querylog/entry.fixture.ts';
import { leafOf } from '../gateway/querylog/leaf.ts';
import { splitHashes, TILE_WIDTH } from '../gateway/querylog/tiles.ts';

const BUNDLES = 400;
const ROUNDS = 5;

const entries = Array.from({ length: TILE_WIDTH }, (_, n) => leafOf(entryOf(`r${n}`)).canonical);
const bundle = Buffer.from(encodeBundle(entries));
const rebuild = (check: (entries: readonly Uint8Array[]) => void) => {
  let range = EMPTY_RANGE;
  for (let n = 0; n < BUNDLES; n++) {
    const hashed = hashBundle(Buffer.from(bundle), TILE_WIDTH);
    range = appendLeaves(range, splitHashes(hashed.hashes), () => undefined);
    check(hashed.entries);
  }
};

process.stdout.write(`entries of ${Math.round(bundle.length / TILE_WIDTH)} bytes, one thread, median of ${ROUNDS}\n`);
process.stdout.write('                       entries/s   entries/s of CPU\n');
const rule = [timeDoesNotRunBackwards(0)];
measure('raw rebuild of the tree', () => rebuild(() => undefined));
measure('tree and what they say ', () => rebuild((some) => checkEntries(0n, some, rule, new Findings())));

function measure(name: string, run: () => void): void {
  run();
  const rounds = Array.from({ length: ROUNDS }, () => {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    run();
    const { user, system } = process.cpuUsage(cpu);
    return { wall: performance.now() - start, cpu: (user + system) / 1_000 };
  });
  const perSecond = (of: 'wall' | 'cpu') => {
    const middle = rounds.map((round) => round[of]).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
    return ((BUNDLES * TILE_WIDTH * 1_000) / middle).toFixed(0);
  };
  process.stdout.write(`${name}  ${perSecond('wall').padStart(9)}  ${perSecond('cpu').padStart(17)}\n`);
}
