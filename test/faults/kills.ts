import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { generateCity } from '../../cli/sample/generate-city.ts';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { importCategory } from '../../subgraphs/import-categories.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import { AUDIENCE, ISSUER, tokenOf } from '../integration/deployment.ts';
import { BASE_DATE, CLOCK_OFFSET_MS, cityClock, layFoundations } from '../integration/test-city.ts';
import { type RunningCommand, startCommand } from '../support/command.ts';
import { createRandom } from '../support/random.ts';
import { type Load, putUnderLoad } from './load.ts';

/** How often the gateway is killed: a handful in `npm test`, two hundred times by `npm run test:faults`. */
export const KILLS = Number(process.env['XINQIAO_TEST_KILLS'] ?? 3);
/** A kill with the start before it, on a machine that does other things. */
export const KILL_MS = 30_000;
export const PREPARATION_MS = 120_000;
/** The server that tests run on instead of the embedded database. */
export const SERVER_URL = process.env['XINQIAO_TEST_DATABASE_URL'];
const QUERY =
  'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name kind registration { status contactPhone } } }';

/** A gateway that clients ask. */
export interface UnderLoad {
  gateway: RunningCommand;
  load: Load;
}

/** Files of a city, and gateways over it that are started, asked and killed. */
export async function prepareKills() {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-kill-'));
  const foundations = await layFoundations(folder);
  const { demonstration } = await generateCity({ subjects: 0, seed: 1, outDirectory: join(folder, 'city'), baseDate: BASE_DATE });
  const code = demonstration.unifiedSocialCreditCode;
  const started = new Set<RunningCommand>();
  const moments = createRandom(20261031);
  return {
    folder,

    /** All tables, and the registrations that the queries look at. */
    async fill(db: Db): Promise<void> {
      await migrateAll(db);
      const category = importCategory('registrations');
      if (!category) throw new Error('no category registrations');
      const source = { path: join(folder, 'city', 'registrations.csv') };
      await importFile({ db, category, source, officer: '样例', subjectKey: foundations.subjectKey, clock: cityClock });
    },

    /** Starts a gateway, or the mutant at `bin`, and the clients that ask it. */
    async startUnderLoad(environment: Readonly<Record<string, string>>, bin?: string): Promise<UnderLoad> {
      const all = {
        ...foundations.environment,
        ...foundations.gatewayEnvironment,
        NODE_ENV: 'test',
        PORT: '0',
        XINQIAO_ISSUER: ISSUER,
        XINQIAO_AUDIENCE: AUDIENCE,
        XINQIAO_TEST_CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
        ...environment,
      };
      const gateway = startCommand(['start', '--empty'], all, bin);
      started.add(gateway);
      const url = await gateway.untilReady();
      const token = tokenOf(
        { issuer: foundations.issuer, run: 'kill' },
        { actor: 'DEPARTMENT', org: 'inspection', operator: 'inspector' },
      );
      const load = putUnderLoad(url, {
        token,
        headers: { 'x-purpose': 'DAILY_SUPERVISION' },
        body: JSON.stringify({ query: QUERY, variables: { code } }),
      });
      return { gateway, load };
    },

    /** Kills the gateway in the middle of its work; resolves with the receipts that its clients then hold. */
    async killUnderLoad({ gateway, load }: UnderLoad): Promise<readonly Receipt[]> {
      await load.untilHolding(20 + moments.below(150));
      expect(await gateway.stop('SIGKILL')).toBe('SIGKILL');
      started.delete(gateway);
      await load.ended;
      expect(load.others, 'answered otherwise').toEqual([]);
      return load.receipts;
    },

    /** Ends what a failed test has left running. */
    async endAll(): Promise<void> {
      await Promise.all([...started].map((gateway) => gateway.stop('SIGKILL')));
      started.clear();
    },

    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
