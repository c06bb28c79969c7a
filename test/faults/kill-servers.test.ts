import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../../database/open-database.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { CLOCK_OFFSET_MS } from '../integration/test-city.ts';
import { createOwnedDatabases, type OwnedDatabases } from '../support/owned-databases.ts';
import { checkReceipts } from './check-receipts.ts';
import { KILL_MS, KILLS, PREPARATION_MS, prepareKills, SERVER_URL } from './kills.ts';

describe.runIf(SERVER_URL !== undefined)('gateways on PostgreSQL killed again and again under load', () => {
  let kills: Awaited<ReturnType<typeof prepareKills>>;
  let databases: OwnedDatabases;
  beforeAll(async () => {
    kills = await prepareKills();
    const prefix = `xinqiao_test_${inject('testRun')}_${randomUUID().slice(0, 4)}`;
    databases = await createOwnedDatabases(SERVER_URL ?? '', prefix, ['shared'], CLOCK_OFFSET_MS);
  }, PREPARATION_MS);
  afterEach(() => kills.endAll());
  afterAll(async () => {
    await databases.drop();
    await kills.remove();
  });

  test(`loses no entry of a log that three gateways share, ${KILLS} times`, {
    timeout: KILLS * KILL_MS + PREPARATION_MS,
  }, async ({ annotate }) => {
    const url = databases.urlOf('shared');
    const log = await openDatabase({ databaseUrl: url });
    try {
      await kills.fill(log);
      const held: Receipt[] = [];
      let left = KILLS;
      // Each is killed and started anew in its own time, while the others go on writing.
      const gateway = async () => {
        while (left-- > 0) {
          held.push(...(await kills.killUnderLoad(await kills.startUnderLoad({ DATABASE_URL: url }))));
          // The others go on adding to what is held while this is looked up.
          await checkReceipts(log, [...held]);
        }
      };
      await Promise.all([gateway(), gateway(), gateway()]);
      await checkReceipts(log, held);
      expect(held.length).toBeGreaterThanOrEqual(20 * KILLS);
      await annotate(`${held.length} receipts, all in the log`);
    } finally {
      await log.close();
    }
  });
});
