import { env } from 'node:process';
import { assembleCity } from '../../cli/city/assemble.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import type { Follower } from '../../gateway/audit/follow-log.ts';
import { loadConfig } from '../../gateway/config.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import type { ContenderSettings } from '../harness/settings.ts';
import { type StageName, stagedFlow } from './staged-flow.ts';

/** The gateway with its flow cut off after a stage. Only with `log` it follows the log, which is a part of that stage's price. */
const { variant } = JSON.parse(env['BENCH_CONTENDER'] ?? '{}') as ContenderSettings;
const STANDING: Follower = { state: () => ({ behind: 0n, lagMs: 0 }), close: async () => {} };
const stage = variant as StageName;
const config = loadConfig(env);
const db = await openDatabase({ databaseUrl: config.databaseUrl });
for (const { schemaName, folder } of await findSchemas())
  if (!(schemaName.replaceAll('_', '-') in config.subgraphUrls)) await migrate(db, folder, schemaName);
const city = await assembleCity({
  config,
  db,
  logger: createLogger(config),
  flow: (gateway) => stagedFlow(gateway, stage),
  ...(stage !== 'log' && { follower: STANDING }),
});
process.send?.({ url: `${await city.server.start()}/graphql` });
process.on('disconnect', () => process.exit());
