import { createActs } from '../../gateway/acts/acts.ts';
import { createFreshEntries } from '../../gateway/querylog/fresh-entries.ts';
import { createAdmit, createAuthorize } from '../../gateway/authorization/authorize.ts';
import { createPresentAuthorization } from '../../gateway/authorization/present-authorization.ts';
import { type Config, ConfigError, keptVersions } from '../../gateway/config.ts';
import { type EditionReport, type Editions, openEditions } from '../../gateway/editions/editions.ts';
import { answerQuery, type Gateway } from '../../gateway/flow.ts';
import { createAuthenticate } from '../../gateway/identity/authenticate.ts';
import { createVerifyProof } from '../../gateway/identity/verify-proof.ts';
import { createKeySource, type KeySource } from '../../gateway/identity/key-source.ts';
import { KeySetError } from '../../gateway/identity/key-set.ts';
import { followOperations } from '../../gateway/operations/live-operations.ts';
import { createRegistered } from '../../gateway/operations/registered.ts';
import { isWritable } from '../../gateway/querylog/is-writable.ts';
import { keepLog } from '../../gateway/querylog/log-keeper.ts';
import { createVersionKeeper } from '../../gateway/querylog/policy-versions.ts';
import { prepareLog } from '../../gateway/querylog/prepare-log.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { noteSigner } from '../../gateway/querylog/signed-note.ts';
import { SUITE } from '../../gateway/querylog/suite.ts';
import { createRefusalLog } from '../../gateway/querylog/refusal-log.ts';
import { watchClock, type WatchedClock } from '../../gateway/querylog/watch-clock.ts';
import { createRecordRejection } from '../../gateway/record-rejection.ts';
import type { QueryRequest } from '../../gateway/request.ts';
import { createSealer } from '../../gateway/sealed/sealer.ts';
import { readSealKeys } from '../../gateway/sealed/seal-keys.ts';
import { requireSecrets, type Secrets, secretVariables } from '../../gateway/secrets.ts';
import { createServer, type GatewayServer } from '../../gateway/server/create-server.ts';
import type { Logger } from '../../gateway/server/logger.ts';
import { createMetrics } from '../../gateway/server/metrics.ts';
import { followSuspensions } from '../../gateway/suspension/suspended.ts';
import { keepVersion, versionText } from '../../policies/versions.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { contextKeyId, contextPublicKeys } from '../../schema/sign-context.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { isLevel, openFollower } from './log-follower.ts';
import { openBackgroundWork } from './background-work.ts';
import { connectDepartments, departmentChecks } from './connect-departments.ts';
import { followWitnesses } from './follow-witnesses.ts';
import { configuredPolicies, SUPERGRAPH } from '../configured-policies.ts';
import type { CityOptions } from './city-options.ts';
import { ownSubgraphs } from './own-subgraphs.ts';
import { openSharedState } from './shared-state.ts';

/** A gateway with everything behind it, not yet listening. */
export interface City {
  server: GatewayServer;
  /** Stops answering, then closes what was opened here; the database stays open. */
  stop(): Promise<{ drained: boolean }>;
}

/** What a gateway cannot start without. */
const GATEWAY_SECRETS = ['subjectKey', 'pseudonymKey', 'jwks', 'contextKey', 'contextPublicKey', 'logKey', 'sealKey'] as const;
/** The variables that production must set for them. */
export const GATEWAY_VARIABLES = secretVariables(GATEWAY_SECRETS);

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
  const { editions, departments, queryLog, logKeeper, refusalLog, follower, background, suspended, operations } = parts;
  const { sharedState, watchedClock } = parts;
  const server = await frontOf(options, parts, stages(options, parts));
  const watching = editions.watch((report) => announce(report, options.logger));
  return {
    server,
    async stop() {
      const outcome = await server.stop();
      await refusalLog.close();
      // Some of it acts: the log must still be open.
      await background.close();
      await queryLog.close();
      await watchedClock.close();
      await logKeeper.close();
      await follower.close();
      await suspended.close();
      await operations.close();
      watching.close();
      await editions.close();
      await departments.close();
      await sharedState.close();
      return outcome;
    },
  };
}

function announce({ what, loaded, hash, faults }: EditionReport, logger: Logger): void {
  if (loaded) logger.info({ hash }, `${what} reloaded`);
  else logger.error({ hash, faults }, `${what} not reloaded: what was in force stays`);
}

/**
 * Whether a gateway may start on what it is given, before anything is made for it. Rejects with `ConfigError` naming the variable, when a
 * secret is missing, supergraph or policies are not there, or the callers' keys cannot be read or are not to be trusted in production;
 * with `PolicyError` when the policies do not load.
 */
export async function assertMayStart(config: Config, clock: Clock = Date.now): Promise<void> {
  const secrets = requireSecrets(config, GATEWAY_SECRETS);
  assertContextKeysMatch(secrets);
  configuredPolicies(config);
  try {
    await callersKeys(config, secrets, clock).ready();
  } catch (error) {
    if (!(error instanceof KeySetError)) throw error;
    const fault = `XINQIAO_JWKS: 令牌公钥集不可用，请核对文件或网址。 Check the file or address: ${error.message}`;
    throw new ConfigError([fault], { cause: error });
  }
}

/** Departments that hold another gateway's key, or only the one before, would refuse every query. */
function assertContextKeysMatch({ contextKey, contextPublicKey }: Pick<Secrets, 'contextKey' | 'contextPublicKey'>): void {
  if (contextPublicKeys(contextPublicKey).has(contextKeyId(contextKey))) return;
  throw new ConfigError([
    'XINQIAO_CONTEXT_PUBLIC_KEY_FILE: 其中没有与 XINQIAO_CONTEXT_KEY_FILE 成对的公钥；请由该私钥导出公钥，并交各部门。 ' +
      'It does not hold the public half of XINQIAO_CONTEXT_KEY_FILE: make it from that (openssl pkey -pubout), for the departments too',
  ]);
}

function callersKeys({ environment }: Config, { jwks }: Pick<Secrets, 'jwks'>, clock: Clock): KeySource {
  return createKeySource({ location: jwks, production: environment === 'production', clock });
}

/** What has a state or a connection of its own, and must be closed. */
type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts(options: CityOptions) {
  const { config, db, logger, clock = Date.now, metrics = createMetrics() } = options;
  const secrets = requireSecrets(config, GATEWAY_SECRETS);
  const versions = createVersionKeeper(db);
  const policies = { current: () => editions.current().policy };
  const fresh = createFreshEntries();
  const seal = createSealer(readSealKeys(secrets.sealKey));
  const queryLog = createQueryLog({ db, origin: config.logOrigin, onWritten: fresh.note, seal });
  const watchedClock = await watchMachineClock(options);
  const measuredLog = metrics.measured(watchedClock.guarding(versions.guarding(queryLog)));
  const acts = createActs({ queryLog: measuredLog, policies, clock });
  const unread = (what: string) => (err: unknown) => logger.error({ err }, `${what} could not be read`);
  const suspended = await followSuspensions({ db, report: unread('what is suspended') });
  const operations = await followOperations({ db, clock, report: unread('what is registered') });
  const rules = { current: () => editions.current() };
  const own = ownSubgraphs({ db, config, policies, rules, acts, suspended, operations, secrets, clock });
  const departments = connectDepartments(options, { secrets, metrics, own, suspended, clock });
  const { subjectKey, pseudonymKey } = secrets;
  const keep = (policies: PolicySet) => {
    versions.note({ hash: policies.hash, content: versionText(policies) });
    // Beside the embedded database there is a directory, in which `xinqiao policy` finds versions while nothing runs.
    if (config.databaseUrl === undefined) keepVersion(keptVersions(config), policies);
  };
  const editions: Editions = await openEditions({
    supergraphFile: config.supergraphFile ?? SUPERGRAPH,
    policies: { directory: config.policiesDirectory, clock, keep },
    planner: { subjectKey, pseudonymKey, maxPlans: MAX_PLANS },
    departments,
  });
  const keys = callersKeys(config, secrets, clock);
  await keys.ready();
  const sharedState = openSharedState(options, clock);
  await prepareLog(db, (done) => logger.info(done, 'bringing the query log into its tree'));
  const signer = noteSigner(config.logOrigin, SUITE.privateKey(secrets.logKey));
  const witnesses = followWitnesses(options, { metrics, clock });
  const logKeeper = await keepLog({
    db,
    clock,
    signer,
    collectCosignatures: witnesses.collect,
    report: (err) => logger.error({ err }, 'the query log was not looked after'),
  });
  const refusalLog = createRefusalLog({ queryLog: measuredLog, clock });
  const follower = openFollower(options, { metrics, fresh });
  const shared = { secrets, metrics, editions, keys, departments, suspended, operations, sharedState, clock };
  const background = openBackgroundWork(options, { metrics, secrets, policies, rules, operations, acts, fresh, clock });
  return { ...shared, queryLog, watchedClock, logKeeper, witnesses, measuredLog, refusalLog, follower, background };
}

/** Entries are dated by this machine's clock: a wrong one would count looks on days that are not, and end retention and review early. */
function watchMachineClock({ db, logger }: CityOptions): Promise<WatchedClock> {
  return watchClock({
    db,
    // The real one, also of a city whose clock stands still.
    clock: Date.now,
    report(aheadMs) {
      if (aheadMs === 0) logger.info('the clock agrees with that of the database again');
      else logger.error({ aheadMs }, 'the clock does not agree with that of the database: nothing is released, set it (NTP)');
    },
    failed: (err) => logger.warn({ err }, 'the clock was not compared with that of the database'),
  });
}

function stages({ config, db, logger }: CityOptions, parts: Parts): Gateway {
  const { secrets, editions, keys, sharedState, measuredLog, refusalLog, suspended, operations, clock } = parts;
  return {
    editions,
    authenticate: createAuthenticate({
      keys,
      ...config.tokens,
      algorithms: TOKEN_ALGORITHMS,
      clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
      verifyProof: createVerifyProof({
        publicUrl: config.publicUrl,
        clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
        replays: sharedState.replays,
        clock,
      }),
      subjectKey: secrets.subjectKey,
      clock,
    }),
    suspended,
    admit: createAdmit({ quotas: sharedState.quotas, clock }),
    registered: createRegistered({
      operations,
      production: config.environment === 'production',
      lifted: config.unregisteredOperations === 'allow',
    }),
    presentAuthorization: createPresentAuthorization({ db, clock }),
    authorize: createAuthorize({ db, clock }),
    queryLog: measuredLog,
    refusalLog,
    introspectionOpen: config.environment !== 'production',
    clock,
    reportUnexpected: (err, requestId) => logger.error({ err, requestId }, 'unexpected error'),
  };
}

function frontOf({ config, db, logger, flow: replaced }: CityOptions, parts: Parts, gateway: Gateway): Promise<GatewayServer> {
  const { editions, departments, metrics, keys, sharedState, follower, suspended, operations, witnesses, clock } = parts;
  const { queryLog, watchedClock } = parts;
  const checks = {
    log: async () => !queryLog.isFailing() && (await isWritable(db)),
    clock: async () => watchedClock.agrees(),
    keys: async () => !keys.degraded(),
    ...sharedState.checks,
    suspensions: async () => suspended.isKnown(),
    operations: async () => operations.isKnown(),
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
    persistedDocuments: operations.document,
    config,
    logger,
    metrics,
    readiness: { checks, required: ['log', 'clock'] },
    clock,
  });
}
