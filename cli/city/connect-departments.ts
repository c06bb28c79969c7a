import { createPublicKey } from 'node:crypto';
import { createDepartments } from '../../gateway/execution/department-execution.ts';
import type { Departments } from '../../gateway/execution/execution.ts';
import { overHttp } from '../../gateway/execution/http.ts';
import { inProcess } from '../../gateway/execution/in-process.ts';
import type { Secrets } from '../../gateway/secrets.ts';
import type { Metrics } from '../../gateway/server/metrics.ts';
import type { Suspended } from '../../gateway/suspension/suspended.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { contextKeyId, signContext } from '../../schema/sign-context.ts';
import { DEPARTMENTS, type Department } from '../../schema/signed-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import type { Department as OwnSubgraph } from '../../subgraphs/kit/department.ts';
import type { CityOptions } from './city-options.ts';

interface Connecting {
  secrets: Pick<Secrets, 'subjectKey' | 'contextKey'>;
  metrics: Metrics;
  /** The gateway's own subgraphs. */
  own: readonly OwnSubgraph[];
  suspended: Pick<Suspended, 'isDepartment'>;
  clock: Clock;
}

/** The way to every department, in this process or at its address, and to the gateway's own subgraphs. */
export function connectDepartments(
  { config, db, logger, transport = (_, usual) => usual }: CityOptions,
  { secrets, metrics, own, suspended, clock }: Connecting,
): Departments {
  const { limits } = config;
  const keyId = contextKeyId(secrets.contextKey);
  const signer = { privateKey: secrets.contextKey, keyId, clock };
  const publicKeys = new Map([[keyId, createPublicKey(secrets.contextKey)]]);
  const usual = (department: Department) => {
    const url = config.subgraphUrls[department];
    if (url !== undefined)
      return overHttp(url, { maxResponseBytes: limits.departmentResponseBytes, connections: limits.departmentConcurrency });
    const report = (err: unknown) => logger.error({ err, department }, 'a department failed');
    return inProcess(createSubgraph(departments[department], { db, publicKeys, subjectKey: secrets.subjectKey, clock, report }));
  };
  const ours = (subgraph: OwnSubgraph) => {
    const report = (err: unknown) => logger.error({ err, subgraph: subgraph.name }, 'a subgraph of the gateway failed');
    return inProcess(createSubgraph(subgraph, { db, publicKeys, subjectKey: secrets.subjectKey, clock, report }));
  };
  return createDepartments({
    departments: {
      ...Object.fromEntries(DEPARTMENTS.map((department) => [department, transport(department, usual(department))])),
      ...Object.fromEntries(own.map((subgraph) => [subgraph.name, ours(subgraph)])),
    },
    signContext: (context) => signContext(context, signer),
    isSuspended: (department) => suspended.isDepartment(department),
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

/** One check of readiness a department. */
export function departmentChecks(departments: Pick<Departments, 'ready'>) {
  // One round for all: the checks share what the first of them started.
  let round: Promise<Readonly<Record<string, boolean>>> | undefined;
  const ask = (signal: AbortSignal) => (round ??= departments.ready(signal).finally(() => (round = undefined)));
  return Object.fromEntries(DEPARTMENTS.map((name) => [name, async (signal: AbortSignal) => (await ask(signal))[name] === true]));
}
