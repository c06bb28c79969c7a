import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../database/open-database.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { makeDataDirectory } from '../support/database.ts';
import { type Mutation, plantMutant } from '../support/mutant.ts';
import { checkReceipts } from './check-receipts.ts';
import { KILL_MS, KILLS, PREPARATION_MS, prepareKills, SERVER_URL } from './kills.ts';

/** An embedded database starts three times as slowly: where there is a server, that one takes the many. */
const EMBEDDED_KILLS = SERVER_URL === undefined ? KILLS : Math.min(KILLS, 10);

let kills: Awaited<ReturnType<typeof prepareKills>>;
let prepared: string;
beforeAll(async () => {
  kills = await prepareKills();
  prepared = join(kills.folder, 'prepared');
  await makeDataDirectory(prepared);
  const db = await openDatabase({ dataDirectory: prepared });
  await kills.fill(db);
  await db.close();
}, PREPARATION_MS);
afterEach(() => kills.endAll());
afterAll(() => kills.remove());

/** A data directory of a test's own, with a city in it. */
async function dataDirectoryOf(name: string): Promise<string> {
  const dataDirectory = join(kills.folder, name);
  await cp(prepared, dataDirectory, { recursive: true });
  return dataDirectory;
}

/** Commits come late, so that whoever does not wait for them is caught whatever the moment of the kill. */
const LATE = 'await new Promise((go) => setTimeout(go, 300));';
const COMMIT = 'const written = await this.#inTime(this.#writer.write(batch));';
/** Where the log would say that the next entry is. */
const NEXT = ['class GroupCommit', 'const MUTANT = { next: 0n, last: Promise.resolve() };\nclass GroupCommit'] as const;

describe('the same check catches a gateway that', () => {
  test.each<[string, Mutation]>([
    [
      'acknowledges a batch before it is committed',
      {
        file: 'gateway/querylog/query-log.ts',
        replacements: [
          NEXT,
          [
            COMMIT,
            `MUTANT.last = MUTANT.last.then(async () => { ${LATE} await this.#writer.write(batch); });
             const written = { first: MUTANT.next, refused: new Map() };
             MUTANT.next += BigInt(batch.length);`,
          ],
        ],
      },
    ],
    [
      'releases an answer before its entry is committed',
      {
        file: 'gateway/querylog/query-log.ts',
        replacements: [
          NEXT,
          [
            'this.#writing ??= this.#writeAll();',
            'resolve(this.#receipt(MUTANT.next++, leaf)); this.#writing ??= this.#writeAll();',
          ],
          [COMMIT, `${LATE} ${COMMIT}`],
        ],
      },
    ],
  ])('%s', { timeout: KILL_MS + PREPARATION_MS }, async (name, mutation) => {
    const mutant = await plantMutant(mutation);
    const dataDirectory = await dataDirectoryOf(name);
    try {
      const held = await kills.killUnderLoad(await kills.startUnderLoad({ XINQIAO_DATA: dataDirectory }, mutant.bin));
      const left = await openDatabase({ dataDirectory, exclusive: true });
      await expect(checkReceipts(left, held)).rejects.toThrow('not in the log');
      await left.close();
    } finally {
      await mutant.remove();
    }
  });
});

test(`a gateway killed again and again under load loses no entry of an embedded database that a client holds a receipt for, ${EMBEDDED_KILLS} times`, {
  timeout: EMBEDDED_KILLS * KILL_MS + PREPARATION_MS,
}, async ({ annotate }) => {
  const dataDirectory = await dataDirectoryOf('killed');
  const held: Receipt[] = [];
  for (let kill = 0; kill < EMBEDDED_KILLS; kill++) {
    const running = await kills.startUnderLoad({ XINQIAO_DATA: dataDirectory });
    // Through the gateway that has just opened again what the one before it left.
    const through = await openDatabase({ dataDirectory });
    await checkReceipts(through, held);
    await through.close();
    held.push(...(await kills.killUnderLoad(running)));
  }
  const own = await openDatabase({ dataDirectory, exclusive: true });
  await checkReceipts(own, held);
  await own.close();
  expect(held.length).toBeGreaterThanOrEqual(20 * EMBEDDED_KILLS);
  await annotate(`${held.length} receipts, all in the log`);
});
