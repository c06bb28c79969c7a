import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { Db } from '../../database/db.ts';
import type { Follower } from '../../gateway/audit/follow-log.ts';
import { logReading } from '../../gateway/audit/log-reading.ts';
import { createAdmit, createAuthorize } from '../../gateway/authorization/authorize.ts';
import { createQuotas } from '../../gateway/authorization/quotas.ts';
import { type Config, keptVersions } from '../../gateway/config.ts';
import { type EditionReport, type Editions, openEditions } from '../../gateway/editions/editions.ts';
import { createDepartments } from '../../gateway/execution/department-execution.ts';
import type { DepartmentTransport } from '../../gateway/execution/department-transport.ts';
import type { Departments } from '../../gateway/execution/execution.ts';
import { overHttp } from '../../gateway/execution/http.ts';
import { inProcess } from '../../gateway/execution/in-process.ts';
import { answerQuery, type Gateway } from '../../gateway/flow.ts';
import { createAuthenticate } from '../../gateway/identity/authenticate.ts';
import { createKeySource, type KeySource } from '../../gateway/identity/key-source.ts';
import { keepLog } from '../../gateway/querylog/log-keeper.ts';
import { prepareLog } from '../../gateway/querylog/prepare-log.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { noteSigner } from '../../gateway/querylog/signed-note.ts';
import { SUITE } from '../../gateway/querylog/suite.ts';
import { createRefusalLog } from '../../gateway/querylog/refusal-log.ts';
import { createRecordRejection } from '../../gateway/record-rejection.ts';
import type { QueryRequest } from '../../gateway/request.ts';
import { requireSecrets, type Secrets } from '../../gateway/secrets.ts';
import { createServer, type GatewayServer } from '../../gateway/server/create-server.ts';
import type { Flow } from '../../gateway/server/flow-gateway.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import { createMetrics, type Metrics } from '../../gateway/server/metrics.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { contextKeyId, signContext } from '../../schema/sign-context.ts';
import { DEPARTMENTS, type Department } from '../../schema/signed-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import { querylogSubgraph } from '../../subgraphs/querylog/department.ts';
import { isLevel, openFollower } from './log-follower.ts';
import { followWitnesses } from './follow-witnesses.ts';

/** A gateway with everything behind it, not yet listening. */
export interface City {
  server: GatewayServer;
  /** Stops answering, then closes what was opened here; the database stays open. */
  stop(): Promise<{ drained: boolean }>;
}

export interface CityOptions {
  config: Config;
  /** Migrated; holds the query log and every department without an address of its own. */
  db: Db;
  logger: Logger;
  clock?: Clock;
  /** Processes of this gateway, this one included (default 1). */
  processes?: number;
  /** Replaces this process's metrics (workers, which answer for all). */
  metrics?: Metrics;
  /** Replaces the way to a department (tests that watch or break it). */
  transport?: (department: Department, usual: DepartmentTransport) => DepartmentTransport;
  /** Replaces the flow (benchmarks that leave stages out). */
  flow?: (stages: Gateway) => Flow;
  /** Replaces what keeps the log's read model level with it (tests in which it must stand still). */
  follower?: Follower;
}

/** What a gateway cannot start without. */
const GATEWAY_SECRETS = ['subjectKey', 'pseudonymKey', 'jwks', 'contextKey', 'contextPublicKey', 'logKey'] as const;

const SUPERGRAPH = fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url));
/** A city's applications send some hundreds of documents; a plan is about 50 KB. */
const MAX_PLANS = 2_000;
/** Asymmetric only: a verifier never holds a key that could sign. */
const TOKEN_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256'] as const;
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Puts a whole city together: the stages of the flow, the departments in this process or at their addresses, and the
 * HTTP server in front. Rejects with `ConfigError` when a secret is missing, `PolicyError` when the policies do not load.
 */
export async function assembleCity(options: CityOptions): Promise<City> {
  const parts = await openParts(options);
  const { editions, departments, queryLog, logKeeper, refusalLog, follower, redis } = parts;
  const server = await frontOf(options, parts, stages(options, parts));
  const watching = editions.watch((report) => announce(report, options.logger));
  return {
    server,
    async stop() {
      const outcome = await server.stop();
      await refusalLog.close();
      await queryLog.close();
      await logKeeper.close();
      await follower.close();
      watching.close();
      await editions.close();
      await departments.close();
      redis?.disconnect();
      return outcome;
    },
  };
}

function announce({ what, loaded, hash, faults }: EditionReport, logger: Logger): void {
  if (loaded) logger.info({ hash }, `${what} reloaded`);
  else logger.error({ hash, faults }, `${what} not reloaded: what was in force stays`);
}

/**
 * Whether a gateway may start on what it is given, before anything is made for it. Rejects with `ConfigError` when a
 * secret is missing, with `KeySetError` when the callers' keys cannot be read or are not to be trusted in production.
 */
export async function assertMayStart(config: Config, clock: Clock = Date.now): Promise<void> {
  await callersKeys(config, requireSecrets(config, GATEWAY_SECRETS), clock).ready();
}

function callersKeys({ environment }: Config, { jwks }: Pick<Secrets, 'jwks'>, clock: Clock): KeySource {
  return createKeySource({ location: jwks, production: environment === 'production', clock });
}

/** What has a state or a connection of its own, and must be closed. */
type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts(options: CityOptions) {
  const { config, db, logger, clock = Date.now, processes = 1, metrics = createMetrics() } = options;
  const secrets = requireSecrets(config, GATEWAY_SECRETS);
  // Beside the embedded database there is a directory to keep versions in; a server's policies are kept by its repository.
  const versionsDirectory = config.databaseUrl === undefined ? keptVersions(config) : undefined;
  const departments = connectDepartments(options, {
    secrets,
    metrics,
    policies: { current: () => editions.current().policy },
    clock,
  });
  const { subjectKey, pseudonymKey } = secrets;
  const editions: Editions = await openEditions({
    supergraphFile: config.supergraphFile ?? SUPERGRAPH,
    policies: { directory: config.policiesDirectory, clock, ...(versionsDirectory !== undefined && { versionsDirectory }) },
    planner: { subjectKey, pseudonymKey, maxPlans: MAX_PLANS },
    departments,
  });
  const keys = callersKeys(config, secrets, clock);
  await keys.ready();
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl);
  const quotas = createQuotas({ ...(redis && { redis }), clock, processes });
  await prepareLog(db, (done) => logger.info(done, 'bringing the query log into its tree'));
  const queryLog = createQueryLog({ db, origin: config.logOrigin });
  const signer = noteSigner(config.logOrigin, SUITE.privateKey(secrets.logKey));
  const witnesses = followWitnesses(options, { metrics, clock });
  const logKeeper = await keepLog({
    db,
    clock,
    signer,
    collectCosignatures: witnesses.collect,
    report: (err) => logger.error({ err }, 'the query log was not looked after'),
  });
  const measuredLog = metrics.measured(queryLog);
  const refusalLog = createRefusalLog({ queryLog: measuredLog, clock });
  const follower = openFollower(options, metrics);
  const shared = { secrets, metrics, editions, keys, departments, redis, quotas, clock };
  return { ...shared, queryLog, logKeeper, witnesses, measuredLog, refusalLog, follower };
}

function stages({ config, logger }: CityOptions, parts: Parts): Gateway {
  const { secrets, editions, keys, quotas, measuredLog, refusalLog, clock } = parts;
  return {
    editions,
    authenticate: createAuthenticate({
      keys,
      ...config.tokens,
      algorithms: TOKEN_ALGORITHMS,
      clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
      subjectKey: secrets.subjectKey,
      clock,
    }),
    admit: createAdmit({ quotas, clock }),
    authorize: createAuthorize({ quotas, clock }),
    queryLog: measuredLog,
    refusalLog,
    introspectionOpen: config.environment !== 'production',
    clock,
    reportUnexpected: (err, requestId) => logger.error({ err, requestId }, 'unexpected error'),
  };
}

function frontOf({ config, db, logger, flow: replaced }: CityOptions, parts: Parts, gateway: Gateway): Promise<GatewayServer> {
  const { editions, departments, metrics, keys, quotas, follower, witnesses, clock } = parts;
  const checks = {
    log: async () => (await db.query('select 1 from querylog.head')).rows.length === 1,
    keys: async () => !keys.degraded(),
    quotas: async () => !quotas.degraded(),
    audit: async () => isLevel(follower),
    witnesses: async () => Object.values(witnesses.states()).every((state) => state === 'FOLLOWING'),
    ...departmentChecks(departments),
  };
  metrics.observeLoad(() => departments.load());
  const flow = replaced?.(gateway) ?? ((request: QueryRequest) => answerQuery(request, gateway));
  const recordRejection = createRecordRejection(gateway);
  return createServer({
    flow,
    recordRejection,
    schemas: editions,
    config,
    logger,
    metrics,
    readiness: { checks, required: ['log'] },
    clock,
  });
}

function connectRedis(url: string): Redis {
  // A command that cannot be sent now must fail now: the quota then falls back, it does not queue.
  const redis = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, connectTimeout: 2_000 });
  redis.on('error', () => {});
  return redis;
}

function connectDepartments(
  { config, db, logger, transport = (_, usual) => usual }: CityOptions,
  parts: { secrets: Secrets; metrics: Metrics; policies: { current(): PolicySet }; clock: Clock },
): Departments {
  const { secrets, metrics, policies, clock } = parts;
  const { limits } = config;
  const keyId = contextKeyId(secrets.contextPublicKey);
  const signer = { privateKey: secrets.contextKey, keyId, clock };
  const publicKeys = new Map([[keyId, secrets.contextPublicKey]]);
  const usual = (department: Department) => {
    const url = config.subgraphUrls[department];
    if (url !== undefined)
      return overHttp(url, { maxResponseBytes: limits.departmentResponseBytes, connections: limits.departmentConcurrency });
    const report = (err: unknown) => logger.error({ err, department }, 'a department failed');
    return inProcess(createSubgraph(departments[department], { db, publicKeys, subjectKey: secrets.subjectKey, clock, report }));
  };
  const ownLog = querylogSubgraph(logReading({ db, origin: config.logOrigin, policies, clock }));
  const report = (err: unknown) => logger.error({ err, subgraph: ownLog.name }, 'the query log could not be read');
  const queryLog = inProcess(createSubgraph(ownLog, { db, publicKeys, subjectKey: secrets.subjectKey, clock, report }));
  return createDepartments({
    departments: {
      ...Object.fromEntries(DEPARTMENTS.map((department) => [department, transport(department, usual(department))])),
      [ownLog.name]: queryLog,
    },
    signContext: (context) => signContext(context, signer),
    clock,
    timeouts: config.timeouts,
    limits: { concurrency: limits.departmentConcurrency, waiting: limits.departmentQueue, joined: limits.joinedSubjects },
    observeJoined: metrics.observeJoined,
    observe: (observation) => {
      metrics.observeDepartment(observation);
      // An open circuit was announced by the failures that opened it; a client that left is no news.
      if (observation.outcome === 'FAILED' || observation.outcome === 'TIMEOUT')
        logger.warn(observation, 'a department did not answer');
    },
  });
}

function departmentChecks(departments: Pick<Departments, 'ready'>) {
  // One round for all: the checks share what the first of them started.
  let round: Promise<Readonly<Record<string, boolean>>> | undefined;
  const ask = (signal: AbortSignal) => (round ??= departments.ready(signal).finally(() => (round = undefined)));
  return Object.fromEntries(DEPARTMENTS.map((name) => [name, async (signal: AbortSignal) => (await ask(signal))[name] === true]));
}
