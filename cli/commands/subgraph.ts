import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import type { Command } from 'commander';
import type { Db } from '../../database/db.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { departmentDirectory, loadConfig } from '../../gateway/config.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { parseMasks } from '../../policies/masks-file.ts';
import { loadSubgraphs } from '../../schema/load-subgraphs.ts';
import { contextPublicKeys, isContextKey } from '../../schema/sign-context.ts';
import { DEPARTMENTS } from '../../schema/signed-context.ts';
import type { Department as DepartmentCode } from '../../schema/signed-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { checkSubgraph, isConforming } from '../../subgraphs/kit/check/check-subgraph.ts';
import type { CheckResult } from '../../subgraphs/kit/check/check-subgraph.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import type { Department } from '../../subgraphs/kit/department.ts';
import { serveSubgraph } from '../../subgraphs/kit/serve.ts';
import type { ServedSubgraph } from '../../subgraphs/kit/serve.ts';
import { assertMayListen } from '../may-listen.ts';
import { readNamedFile } from '../named-file.ts';
import { untilStopped } from '../until-stopped.ts';

interface ServeFlags {
  port?: string;
  json?: true;
}

interface CheckFlags {
  department?: string;
  key?: string;
  subject: string[];
  json?: true;
}

/**
 * Adds `xinqiao subgraph serve CODE`: one department as a server of its own, until SIGINT, SIGTERM or SIGHUP; and
 * `xinqiao subgraph check URL|CODE`: the conformance test, exit 0 when every MUST holds and 1 otherwise.
 */
export function registerSubgraph(program: Command, environment: NodeJS.ProcessEnv = env): void {
  const subgraph = program.command('subgraph').description('部门子图：运行或检测。 Serve or check a department’s subgraph');
  subgraph
    .command('serve')
    .description('以独立服务运行一个部门。 Serve one department from its own database')
    .argument('<code>', `department: ${DEPARTMENTS.join(', ')}`)
    .option('--port <port>', 'port (default: PORT); 0 takes a free one')
    .option('--json', 'print one JSON value {department, url} when it is ready')
    .action((code: string, flags: ServeFlags) => serve(departmentOf(code), flags, environment));
  subgraph
    .command('check')
    .description('子图符合性检测。 The conformance test of a department’s subgraph')
    .argument('<target>', 'address of a running subgraph, or the code of a department of this project')
    .option('--department <code>', 'code of the department at the address (default: the host’s name, where it is one)')
    .option('--key <file>', 'private key (PEM) whose public half the department holds (default: XINQIAO_CONTEXT_KEY_FILE)')
    .option(
      '--subject <id>',
      'id of a real subject to count statements with; repeat for more',
      (id: string, ids: string[]) => [...ids, id],
      [],
    )
    .option('--json', 'print one JSON value {department, url, conforming, checks, hint}')
    .action((target: string, flags: CheckFlags) => check(target, flags, environment));
}

async function serve(department: Department<DepartmentCode>, flags: ServeFlags, environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig({ ...environment, ...(flags.port !== undefined && { PORT: flags.port }) });
  const { contextPublicKey, subjectKey } = requireSecrets(config, ['contextPublicKey', 'subjectKey']);
  const logger = createLogger(config).child({ department: department.name });
  const dataDirectory = departmentDirectory(config, department.name);
  await assertMayListen({ host: config.host, port: config.port });
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory, exclusive: true, serving: true });
  const stopped = untilStopped();
  try {
    const served = await open(
      department,
      {
        db,
        publicKeys: contextPublicKeys(contextPublicKey),
        subjectKey,
        report: (err) => logger.error({ err }, 'a department failed'),
      },
      {
        host: config.host,
        port: config.port,
        graceMs: config.timeouts.shutdownGrace,
      },
    );
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ department: department.name, url: served.url })}\n`
        : `${department.title} ${department.name}: ${served.url}\n`,
    );
    await stopped;
    await served.close();
  } finally {
    await db.close();
  }
}

async function check(where: string, flags: CheckFlags, environment: NodeJS.ProcessEnv): Promise<void> {
  const results = URL.canParse(where)
    ? await checkAddress(where, flags, environment)
    : await checkOwn(departmentOf(where), flags);
  process.stdout.write(flags.json ? `${JSON.stringify(results, null, 2)}\n` : described(results));
  process.exitCode = results.conforming ? 0 : 1;
}

interface Report {
  department: string;
  url: string;
  conforming: boolean;
  checks: CheckResult[];
  /** What several failures have in common, if anything is known of it. */
  hint: string | null;
}

async function checkAddress(url: string, flags: CheckFlags, environment: NodeJS.ProcessEnv): Promise<Report> {
  const department = departmentAt(new URL(url), flags.department);
  const privateKey =
    flags.key === undefined ? requireSecrets(loadConfig(environment), ['contextKey']).contextKey : contextKeyIn(flags.key);
  return report(url, department, privateKey, flags.subject);
}

function departmentAt({ hostname }: URL, given: string | undefined): DepartmentCode {
  if (given !== undefined) return departmentOf(given).name;
  if (isDepartment(hostname)) return hostname;
  throw new Error(
    `请用 --department 指明该地址的部门：${hostname} 不是部门代码。 --department is needed: ${hostname} is no department's code; there are ${DEPARTMENTS.join(', ')}.`,
  );
}

function contextKeyIn(file: string): string {
  const pem = readNamedFile('--key', file);
  if (isContextKey(pem)) return pem;
  throw new Error(
    `--key ${file}：应为网关签名所用的 P-256 私钥（PEM）。 --key ${file}: expected the P-256 private key (PEM) whose public half the department holds.`,
  );
}

/** Checks a department of this project without anything running: an empty database in memory and keys of the moment. */
async function checkOwn(department: Department, flags: CheckFlags): Promise<Report> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const db = await openDatabase({ inMemory: true });
  const options = { db, publicKeys: contextPublicKeys(publicPem), subjectKey: 'only for this check', report: () => {} };
  const served = await open(department, options, { host: '127.0.0.1', port: 0, graceMs: 0 });
  try {
    return await report(served.url, department.name, privatePem, flags.subject);
  } finally {
    await served.close();
    await db.close();
  }
}

async function report(url: string, department: string, privateKey: string, subjects: readonly string[]): Promise<Report> {
  const masks = parseMasks('masks.yaml', readFileSync(new URL('../../policies/masks.yaml', import.meta.url), 'utf8')).masks;
  const checks = await checkSubgraph({
    url,
    department,
    privateKey,
    others: loadSubgraphs(),
    masks: new Set(masks.keys()),
    subjects,
  });
  return { department, url, conforming: isConforming(checks), checks, hint: hintFor(checks) };
}

interface Opening {
  db: Db;
  publicKeys: Parameters<typeof createSubgraph>[1]['publicKeys'];
  subjectKey: string;
  report: (error: unknown) => void;
}

async function open(
  department: Department,
  { db, ...options }: Opening,
  where: { host: string; port: number; graceMs: number },
): Promise<ServedSubgraph> {
  await migrate(db, department.migrations, department.schemaName);
  const subgraph = createSubgraph(department, { db, clock: Date.now, ...options });
  return serveSubgraph(subgraph, { ...where, isReady: async () => (await db.query('select 1 as one')).rows.length === 1 });
}

function departmentOf(code: string): Department<DepartmentCode> {
  if (!isDepartment(code))
    throw new Error(
      `没有部门 ${code}。 There is no department ${code}; there are ${DEPARTMENTS.join(', ')}, or give an address.`,
    );
  return departments[code];
}

function isDepartment(code: string): code is DepartmentCode {
  return (DEPARTMENTS as readonly string[]).includes(code);
}

function hintFor(checks: readonly CheckResult[]): string | null {
  // A context that should be refused leaves no detail: these were genuine.
  return checks.some(({ detail }) => detail?.includes('CONTEXT_INVALID'))
    ? '部门不认可本次检测的签名：--key 应与部门所持的公钥成对，--department 应是该部门自己的代码。 ' +
        'The department trusts none of these contexts: --key must be the private half of what it holds, --department its own code.'
    : null;
}

function described({ checks, conforming, hint }: Report): string {
  const passed = checks.filter((check) => check.passed).length;
  const verdict = conforming ? '符合接入要求。 The department conforms' : '不符合接入要求。 The department does not conform';
  const lines = checks
    .map(
      ({ id, level, title, passed, detail }) =>
        `${passed ? '✓' : '✗'} ${id} ${level.padEnd(6)} ${title}${detail === undefined ? '' : `\n    ${detail}`}\n`,
    )
    .join('');
  return `${lines}${verdict}: ${passed}/${checks.length}\n${hint === null ? '' : `${hint}\n`}`;
}
