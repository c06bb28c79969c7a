import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Manifest } from '../../cli/sample/generate-city.ts';
import { openPostgres } from '../../database/postgres.ts';
import { DEPARTMENTS, type Department } from '../../schema/signed-context.ts';
import { type RunningCommand, runCommand, startCommand } from '../support/command.ts';
import { createOwnedDatabases } from '../support/owned-databases.ts';
import { AUDIENCE, type Deployment, type Imported, ISSUER, tokenOf } from './deployment.ts';
import { BASE_DATE, CLOCK_OFFSET_MS, layFoundations, SUBJECTS } from './test-city.ts';

/** Registrations are taken in before anything else: they tell the others of old numbers. */
const REGISTRY: Department = 'registry';
/** Imports at a time: each is a process that takes most of a second to start. */
const IMPORTS_AT_ONCE = 3;

/** A deployment whose parts can be reached past the gateway. */
export interface ServerDeployment extends Deployment {
  /** What the licensing office's waiting rows came to when it asked the registry through the gateway. */
  readonly settled: { settled: number; waiting: number };
  /** Where a department answers the gateway. */
  departmentUrl(department: Department): string;
  /** The address of one owner's database with the account of another. */
  databaseUrlAs(owner: string, account: string): string;
}

/** Where the real servers are. */
export interface Servers {
  databaseUrl: string;
  redisUrl: string;
}

/**
 * A production deployment: real PostgreSQL and Redis, the gateway and each department a process of its own, each with a
 * database and a role of its own that no other may enter, filled by `xinqiao import` from the files of `xinqiao sample`.
 */
export async function openOnServers({ databaseUrl, redisUrl }: Servers): Promise<ServerDeployment> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await open(databaseUrl, redisUrl, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  databaseUrl: string,
  redisUrl: string,
  closers: (() => Promise<unknown>)[],
): Promise<Omit<ServerDeployment, 'close'>> {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-servers-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const { issuer, policies, environment, gatewayEnvironment } = await layFoundations(folder);
  const common = {
    ...environment,
    NODE_ENV: 'production',
    XINQIAO_ISSUER: ISSUER,
    XINQIAO_AUDIENCE: AUDIENCE,
    XINQIAO_TEST_CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
  };
  const prefix = `xinqiao_test_${inject('testRun')}_${randomUUID().slice(0, 4)}`;
  const databases = await createOwnedDatabases(databaseUrl, prefix, [...DEPARTMENTS, 'querylog'], CLOCK_OFFSET_MS);
  closers.push(() => databases.drop());

  const running = new Map<string, RunningCommand>();
  closers.push(() => Promise.all([...running.values()].map((command) => command.stop('SIGKILL'))));
  const urls = new Map<Department, string>();
  const serve = async (department: Department) => {
    // The second time at the same address: the gateway knows no other.
    const port = urls.has(department) ? new URL(urls.get(department) ?? '').port : '0';
    const command = startCommand(['subgraph', 'serve', department, '--port', port, '--json'], {
      ...common,
      DATABASE_URL: databases.urlOf(department),
    });
    running.set(department, command);
    urls.set(department, (JSON.parse(await command.untilSaid('"url"')) as { url: string }).url);
  };
  const [manifest] = await Promise.all([makeCity(join(folder, 'city'), common), ...DEPARTMENTS.map(serve)]);
  const imported = await importCity(manifest, join(folder, 'city'), (department) => ({
    ...common,
    DATABASE_URL: databases.urlOf(department),
  }));

  const gateway = startCommand(['start'], {
    ...common,
    ...gatewayEnvironment,
    PORT: '0',
    DATABASE_URL: databases.urlOf('querylog'),
    REDIS_URL: redisUrl,
    ...Object.fromEntries(
      [...urls].map(([department, url]) => [`SUBGRAPH_${department.replace('-', '_').toUpperCase()}_URL`, url]),
    ),
  });
  running.set('gateway', gateway);
  const url = await gateway.untilReady();
  const log = await openPostgres({ url: databases.adminUrlOf('querylog'), connections: 1 });
  closers.push(() => log.close());
  const run = randomUUID().slice(0, 8);
  const token = tokenOf(
    { issuer, run },
    { actor: 'DEPARTMENT', org: 'licensing-bureau', department: 'licensing', operator: 'import' },
  );
  const retried = await runCommand(
    ['import', '--retry-unmatched', '--department', 'licensing', '--gateway', `${url}/graphql`, '--json'],
    {
      ...common,
      DATABASE_URL: databases.urlOf('licensing'),
      XINQIAO_GATEWAY_TOKEN: token,
    },
  );
  if (retried.end !== 0) throw new Error(`xinqiao import --retry-unmatched ended with ${retried.end}: ${retried.stderr}`);
  return {
    settled: JSON.parse(retried.stdout) as { settled: number; waiting: number },
    url,
    manifest,
    imported,
    log,
    sharesRegistry: false,
    environment: 'production',
    policies,
    issuer,
    run,
    stopDepartment: async (department) => void (await running.get(department)?.stop('SIGKILL')),
    async startDepartment(department) {
      if (running.get(department)?.isRunning() !== true) await serve(department);
    },
    breakLog: () => databases.shut('querylog'),
    mendLog: () => databases.reopen('querylog'),
    untilReported: async (text, times) => void (await gateway.untilSaid(text, times)),
    departmentUrl: (department) => urls.get(department) ?? '',
    databaseUrlAs: databases.urlAs,
  };
}

async function makeCity(folder: string, environment: Readonly<Record<string, string>>): Promise<Manifest> {
  const options = ['--subjects', String(SUBJECTS), '--seed', '1', '--base-date', BASE_DATE, '--out', folder];
  const { end, stderr } = await runCommand(['sample', ...options], environment);
  if (end !== 0) throw new Error(`xinqiao sample ended with ${end}: ${stderr}`);
  return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}

async function importCity(
  { files }: Manifest,
  folder: string,
  environmentOf: (department: Department) => Readonly<Record<string, string>>,
): Promise<Map<string, Imported>> {
  const imported = new Map<string, Imported>();
  const importOne = async ({ file, category, department }: Manifest['files'][number]) => {
    const { stdout, stderr, end } = await runCommand(
      ['import', category, join(folder, file), '--department', department, '--officer', '样例', '--json'],
      environmentOf(department as Department),
    );
    if (end !== 0 && end !== 2) throw new Error(`importing ${file} ended with ${end}: ${stderr}`);
    const summary = JSON.parse(stdout) as Imported;
    if ((end === 2) !== summary.rejected > 0)
      throw new Error(`importing ${file} ended with ${end}, rejecting ${summary.rejected} rows`);
    imported.set(file, summary);
  };
  for (const file of files.filter(({ department }) => department === REGISTRY)) await importOne(file);
  const others = files.filter(({ department }) => department !== REGISTRY);
  await Promise.all(
    Array.from({ length: IMPORTS_AT_ONCE }, async () => {
      for (let file = others.shift(); file !== undefined; file = others.shift()) await importOne(file);
    }),
  );
  return imported;
}
