import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleCity } from '../../cli/city/assemble.ts';
import { generateCity } from '../../cli/sample/generate-city.ts';
import { DatabaseError, type Db } from '../../database/db.ts';
import { loadConfig } from '../../gateway/config.ts';
import { type DepartmentTransport, TransportError } from '../../gateway/execution/department-transport.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import type { Department } from '../../schema/signed-context.ts';
import { importCategory } from '../../subgraphs/import-categories.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import { openTestDatabase } from '../support/database.ts';
import { AUDIENCE, type Deployment, type Imported, ISSUER } from './deployment.ts';
import { BASE_DATE, cityClock, layFoundations, SUBJECTS } from './test-city.ts';

/** The embedded default: one database in memory, all departments in this process, an outage of either by pretence. */
export async function openEmbedded(): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-embedded-'));
  const { issuer, policies, subjectKey, environment, gatewayEnvironment } = await layFoundations(folder);
  const db = await openTestDatabase();
  const manifest = await generateCity({ subjects: SUBJECTS, seed: 1, outDirectory: join(folder, 'city'), baseDate: BASE_DATE });
  const imported = new Map<string, Imported>();
  for (const { file, category: name } of manifest.files) {
    const category = importCategory(name);
    if (!category) throw new Error(`no category ${name}`);
    const source = { path: join(folder, 'city', file) };
    imported.set(file, await importFile({ db, category, source, officer: '样例', subjectKey, clock: cityClock }));
  }
  const variables = {
    ...environment,
    ...gatewayEnvironment,
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'info',
    XINQIAO_ISSUER: ISSUER,
    XINQIAO_AUDIENCE: AUDIENCE,
  };
  const config = loadConfig(variables);
  const faults = { log: false, departments: new Set<Department>() };
  const reported = reportWatch();
  const city = await assembleCity({
    config,
    db: breakable(db, faults),
    logger: createLogger(config, reported.destination),
    clock: cityClock,
    transport: (department, usual) => interruptible(usual, () => faults.departments.has(department)),
  });
  return {
    url: await city.server.start(),
    manifest,
    imported,
    log: db,
    sharesRegistry: true,
    environment: 'test',
    policies,
    issuer,
    run: randomUUID().slice(0, 8),
    stopDepartment: async (department) => void faults.departments.add(department),
    startDepartment: async (department) => void faults.departments.delete(department),
    breakLog: async () => void (faults.log = true),
    mendLog: async () => void (faults.log = false),
    untilReported: reported.until,
    async close() {
      await city.stop();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function breakable(db: Db, faults: { log: boolean }): Db {
  return {
    kind: db.kind,
    query: (sql, params) =>
      faults.log && sql.includes('querylog.')
        ? Promise.reject(new DatabaseError('no connection', '08006'))
        : db.query(sql, params),
    transaction: (work) => db.transaction(work),
    exec: (sql) => db.exec(sql),
    close: () => db.close(),
  };
}

function interruptible(usual: DepartmentTransport, isDown: () => boolean): DepartmentTransport {
  return {
    send: (request, call) =>
      isDown() ? Promise.reject(new TransportError('stopped by the test', true)) : usual.send(request, call),
    ready: async (signal) => !isDown() && usual.ready(signal),
    close: () => usual.close(),
  };
}

function reportWatch() {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  return {
    destination: {
      write(line: string) {
        lines.push(line);
        for (const listener of listeners) listener();
      },
    },
    until: (text: string, times: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (lines.filter((line) => line.includes(text)).length < times) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}
