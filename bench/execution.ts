import apolloGateway, { type GatewayConfig } from '@apollo/gateway';
import { deepStrictEqual } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getNamedType, getOperationAST, type GraphQLObjectType, isObjectType, isRequiredArgument, parse, print } from 'graphql';
import { createDepartments } from '../gateway/execution/department-execution.ts';
import { overHttp } from '../gateway/execution/http.ts';
import { createExecution } from '../gateway/execution/index.ts';
import { silenceVendorTelemetry } from '../gateway/editions/silence-vendor-telemetry.ts';
import { median } from './harness/rounds.ts';

/**
 * One subject's unified query over six departments in another process: the compiled executor against the stock one,
 * with the same connections and as shipped. Rounds are interleaved; ratios of medians are what to read.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const ROUND_MS = Number(process.env['BENCH_ROUND_MS'] ?? 2_000);
const IN_FLIGHT = 16;
const SCALARS = 8;

const supergraphSdl = readFileSync(fileURLToPath(new URL('../schema/supergraph.graphql', import.meta.url)), 'utf8');
const child = fork(fileURLToPath(new URL('city/stub-departments.ts', import.meta.url)), {
  execArgv: ['--import', new URL('../cli/typescript.js', import.meta.url).href],
});
const [addresses] = (await once(child, 'message')) as [Record<string, string>];
const transports = Object.fromEntries(
  Object.entries(addresses).map(([name, url]) => [name, overHttp(url, { maxResponseBytes: 10_000_000 })]),
);
/** What travels with a request; each has a signal of its own, as each client has. */
const newCall = () => ({ contextToken: 'none', requestId: 'bench', signal: new AbortController().signal });
type Call = ReturnType<typeof newCall>;

const compiled = createExecution<Call>({
  supergraphSdl,
  transport: (name, request, call) => transports[name]!.send(request, call) as never,
});
const document = parse(
  `query Unified($id: ID!) { subject(by: { id: $id }) ${selection(compiled.apiSchema.getType('CreditSubject') as GraphQLObjectType, 1)} }`,
);
const text = print(document);
const variables = { id: 'o-1' };
const departments = createDepartments({
  departments: transports,
  signContext: () => 'none',
  clock: Date.now,
  timeouts: { department: 5_000 },
});
const joined = departments.over(supergraphSdl);
const context = {
  requestId: 'bench',
  caller: { actor: 'DEPARTMENT', organization: '1', department: 'licensing', developer: false },
  purpose: { code: 'ADMIN_APPROVAL_CHECK' },
} as const;
const operation = { document, text, hash: 'bench', name: 'Unified', variableNames: new Set(['id']) };

const candidates: Record<string, () => Promise<{ data?: unknown }>> = {
  compiled: () => compiled.execute({ document, variables, context: newCall(), hash: 'bench' }),
  'compiled, with retries, breakers and signed contexts': () =>
    joined.execute(operation, variables, { ...context, signal: newCall().signal }).then((answer) => answer.complete()),
  'stock executor, same connections': await stock(({ name }) => ({
    process: async ({ request: { query = '', variables = {} }, context: call }) =>
      (await transports[name]!.send({ query, variables }, call as unknown as Call)) as never,
  })),
  'stock, as shipped': await stock(undefined),
};

const expected = (await candidates['compiled']!()).data;
for (const run of Object.values(candidates)) deepStrictEqual(JSON.parse(JSON.stringify((await run()).data)), expected);

const figures = new Map(Object.keys(candidates).map((name) => [name, { perSecond: [] as number[], cpuMs: [] as number[] }]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(candidates)) {
    const { perSecond, cpuMs } = await measure(run);
    // The first round warms up.
    if (round >= 0) {
      figures.get(name)!.perSecond.push(perSecond);
      figures.get(name)!.cpuMs.push(cpuMs);
    }
  }
}
const base = figures.get('stock, as shipped')!;
const report = Object.fromEntries(
  [...figures].map(([name, { perSecond, cpuMs }]) => [
    name,
    {
      requestsPerSecond: Math.round(median(perSecond)),
      cpuMsPerRequest: Number(median(cpuMs).toFixed(3)),
      timesStockRequests: Number((median(perSecond) / median(base.perSecond)).toFixed(2)),
      timesStockCpu: Number((median(cpuMs) / median(base.cpuMs)).toFixed(3)),
    },
  ]),
);
process.stdout.write(
  `${JSON.stringify({ answerBytes: JSON.stringify(expected).length, inFlight: IN_FLIGHT, rounds: ROUNDS, ...report }, null, 2)}\n`,
);
child.disconnect();
process.exit();

/** Requests with so many in flight for one round; CPU time is this process's alone. */
async function measure(run: () => Promise<unknown>): Promise<{ perSecond: number; cpuMs: number }> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let requests = 0;
  const worker = async () => {
    while (performance.now() - start < ROUND_MS) {
      await run();
      requests++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: (requests / (performance.now() - start)) * 1000, cpuMs: (user + system) / 1000 / requests };
}

async function stock(buildService: GatewayConfig['buildService']) {
  silenceVendorTelemetry();
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const sdl = Object.entries(addresses).reduce(
    (all, [name, url]) => all.replace(new RegExp(`(name: "${name}", url: )"[^"]*"`), `$1"${url}"`),
    supergraphSdl,
  );
  const gateway = new apolloGateway.ApolloGateway({
    supergraphSdl: sdl,
    logger,
    ...(buildService && { buildService }),
  } satisfies GatewayConfig);
  const { executor, schema } = await gateway.load();
  return async () =>
    (await executor({
      request: { query: text, variables, operationName: 'Unified' },
      document,
      queryHash: 'bench',
      source: text,
      operation: getOperationAST(document),
      operationName: 'Unified',
      schema,
      context: newCall(),
      metrics: {},
      logger,
    } as unknown as Parameters<typeof executor>[0])) as { data?: unknown };
}

/** Up to so many scalars of each type, whatever is nested but other subjects. */
function selection(type: GraphQLObjectType, depth: number): string {
  const all = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const scalars = all.filter((field) => !isObjectType(getNamedType(field.type))).slice(0, SCALARS);
  const objects = all.flatMap((field) => {
    const below = getNamedType(field.type);
    if (!isObjectType(below) || below.name === 'CreditSubject' || below.name === 'Provenance' || depth > 4) return [];
    return [`${field.name} ${selection(below, depth + 1)}`];
  });
  return `{ ${[...scalars.map(({ name }) => name), ...objects].join(' ')} }`;
}
