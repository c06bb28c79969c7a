import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { assembleCity, type City } from '../../cli/city/assemble.ts';
import { loadSampleCity } from '../../cli/city/sample-city.ts';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';
import { openPostgres } from '../../database/postgres.ts';
import { loadConfig } from '../../gateway/config.ts';
import { makeProof } from '../../gateway/identity/make-proof.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { runCommand } from '../support/command.ts';
import { type IdentityProvider, openIdentityProvider, type ProviderClient } from '../support/identity-provider.ts';
import { createOwnedDatabases, type OwnedDatabases } from '../support/owned-databases.ts';
import { COMPANY_SIGNS, LENDER, loanLife, type LoanScene, REVIEWER } from './behaviours/loan-life.ts';
import { askAt } from './deployment.ts';

const AUDIENCE = 'https://credit.test';
const PUBLIC_URL = `${AUDIENCE}/graphql`;
const GATEWAYS = 3;
const databaseUrl = process.env['XINQIAO_TEST_DATABASE_URL'];
const redisUrl = process.env['XINQIAO_TEST_REDIS_URL'];
// Quotas in a shared Redis outlive a test.
const run = randomUUID().slice(0, 8);

describe.runIf(databaseUrl !== undefined && redisUrl !== undefined)(
  'three gateways over PostgreSQL and Redis, tokens from an OpenID provider',
  () => {
    const cities: City[] = [];
    let databases: OwnedDatabases;
    let provider: IdentityProvider;
    let db: Db;
    let folder: string;
    let scene: LoanScene;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'xinqiao-loan-'));
      databases = await createOwnedDatabases(databaseUrl ?? '', `xinqiao_test_${inject('testRun')}_${run.slice(0, 4)}`, ['loan']);
      db = await openPostgres({ url: databases.urlOf('loan') });
      await migrateAll(db);
      const clients = new Map<string, ProviderClient>();
      const clientOf = (id: string, claims: Record<string, string>) => {
        const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        clients.set(claims['actor'] ?? '', { id, claims, key });
      };
      const company = '91999900MB00000195';
      clientOf('lender', { ...LENDER, org: `${LENDER.org}-${run}` });
      clientOf('office', REVIEWER);
      clientOf('portal', { ...COMPANY_SIGNS, subject: company });
      provider = await openIdentityProvider(AUDIENCE, [...clients.values()]);
      const environment = {
        NODE_ENV: 'test',
        PORT: '0',
        XINQIAO_DATA: folder,
        XINQIAO_JWKS: provider.keysUrl,
        XINQIAO_ISSUER: provider.issuer,
        XINQIAO_AUDIENCE: AUDIENCE,
        XINQIAO_PUBLIC_URL: PUBLIC_URL,
        DATABASE_URL: databases.urlOf('loan'),
        REDIS_URL: redisUrl ?? '',
      };
      const config = loadConfig(environment);
      const { subjectKey } = requireSecrets(config, ['subjectKey']);
      await loadSampleCity(db, { subjects: 0, seed: 1, subjectKey, clock: Date.now });
      const urls: string[] = [];
      for (let gateway = 0; gateway < GATEWAYS; gateway++) {
        const city = await assembleCity({ config, db, logger: createLogger(config) });
        cities.push(city);
        urls.push(await city.server.start());
      }
      let asked = 0;
      scene = {
        log: db,
        company,
        clock: Date.now,
        async ask({ bearer: { actor, authorization_details }, ...question }) {
          const client = clients.get(actor);
          if (client === undefined) throw new Error(`no client is a ${actor}`);
          const authorization = authorization_details?.[0]?.authorization_id;
          const isBank = actor === 'BANK';
          const token = await provider.tokenFor(client, {
            ...(authorization !== undefined && { authorization }),
            ...(!isBank && { bound: false }),
          });
          const proof = isBank && { proof: await makeProof(client.key, { url: PUBLIC_URL, token }) };
          return askAt(urls[asked++ % GATEWAYS] ?? '', { ...question, token, ...proof });
        },
        async verifyLog() {
          const { end, stdout, stderr } = await runCommand(['log', 'verify', '--database', '--json'], environment);
          if (end !== 0) throw new Error(`${stdout}${stderr}`);
          return end;
        },
      };
    }, 180_000);
    afterAll(async () => {
      for (const city of cities) await city.stop();
      await provider?.close();
      await db?.close();
      await databases?.drop();
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    loanLife(() => scene);
  },
);
