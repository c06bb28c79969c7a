import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import jwt from 'jsonwebtoken';
import { type Dispatcher, Pool } from 'undici';
import { assembleCity } from '../../cli/city/assemble.ts';
import { loadConfig } from '../../gateway/config.ts';
import { keyThumbprint, makeProof } from '../../gateway/identity/make-proof.ts';
import { developmentTokenKey, requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { openTestDatabase } from '../support/database.ts';
import { createRandom, type Random } from '../support/random.ts';
import { grantAuthorizations, type LeakAuthorization } from './authorizations.ts';
import { type CanaryCity, loadCanaryCity } from './canary-city.ts';
import { writeHistory } from './history.ts';
import { createOracle } from './oracle.ts';
import type { OracleCaller } from './oracle-caller.ts';
import { type RandomOperation, randomOperation, type SubjectHandle } from './random-operation.ts';
import { strangers, watchDepartments } from './sent-requests.ts';

/** The case all ask for. */
const MATTER = '泄漏测试〔2026〕1号';
/** Share of the questions that a bank asks by an authorization. */
const AUTHORIZED = 0.15;
/** Callers who ask at the same moment, each something else. */
const AT_ONCE = 5;
/** Every so many rounds all of them ask the first one's question too, which then asks it several times. */
const ROUNDS_PER_CROWD = 4;
/** More than are sent before the next ones wait and are joined. */
const COPIES = 4;

export interface LeakRun {
  /** What reached somebody it must not reach, or differs from what the oracle says must be shown. Empty when all is well. */
  leaks: readonly string[];
  /** Requests answered with data, refused, by purpose and actor. */
  answered: number;
  /** Of those answered, how many by an authorization. */
  authorized: number;
  /** Queries that travelled to a department together with others. */
  joined: number;
  /** Answers of departments that passed unread. */
  recognized: number;
  /** Of those answered, how many the oracle could not judge in full. */
  unjudged: number;
  refused: number;
  /** Operations, all of them valid, that met a fault of ours. */
  broken: readonly string[];
  /** `PURPOSE ACTOR` of every request that was answered with data, and all that the policy allows. */
  combinations: ReadonlySet<string>;
  allowed: ReadonlySet<string>;
}

/** A city, its gateway over HTTP, and an oracle beside it; `policies` lets a test plant a leak behind the oracle's back. */
export async function runLeakTest(options: { operations: number; seed: number; policies?: string }): Promise<LeakRun> {
  const random = createRandom(options.seed);
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-leak-'));
  const db = await openTestDatabase();
  let now = Date.parse('2026-06-01T01:00:00Z');
  const clock = () => now;
  const config = loadConfig({
    NODE_ENV: 'test',
    // What a bank may be shown is tested for any operation, not only for those that somebody approved.
    XINQIAO_UNREGISTERED_OPERATIONS: 'allow',
    XINQIAO_DATA: folder,
    PORT: '0',
    LOG_LEVEL: 'trace',
    XINQIAO_MAX_COST: '10000000',
    XINQIAO_MAX_DEPTH: '100',
    XINQIAO_MAX_ALIASES: '10000',
    XINQIAO_MAX_DIRECTIVES: '10000',
    ...(options.policies !== undefined && { XINQIAO_POLICIES: options.policies }),
  });
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  const canaries = await loadCanaryCity(db, { subjectKey, clock, baseDate: '2026-06-01' });
  await writeHistory(db, canaries);
  const authorizations = await grantAuthorizations(db, {
    subjectKey,
    codes: canaries.subjectCodes,
    keyThumbprint: await keyThumbprint(BANK_KEY),
    matter: MATTER,
  });
  const log = captured();
  const watched = watchDepartments();
  const city = await assembleCity({
    config,
    db,
    logger: createLogger(config, log.stream),
    clock,
    transport: watched.transport,
    follower: { state: () => ({ behind: 0n, lagMs: 0 }), close: async () => undefined },
  });
  const oracle = await createOracle({ db, config, clock });
  const client = new Pool(await city.server.start(), { connections: AT_ONCE + COPIES + AT_ONCE });
  const leaks: string[] = [];
  const broken: string[] = [];
  const run = { answered: 0, authorized: 0, unjudged: 0, refused: 0, joined: 0, combinations: new Set<string>() };
  const askAny = (): Omit<Question, 'id'> => {
    const caller = random.chance(AUTHORIZED)
      ? authorizedCaller(random.pick(authorizations))
      : randomCaller(random, oracle.purposes, canaries);
    return { caller, operation: randomOperation(random, oracle.schema, handlesFor(random, caller, canaries)) };
  };
  try {
    for (let asked = 0; asked < options.operations && leaks.length <= 20; asked += AT_ONCE) {
      const round = Array.from({ length: Math.min(AT_ONCE, options.operations - asked) }, askAny);
      const questions = (asked / AT_ONCE) % ROUNDS_PER_CROWD === 0 ? [...round, ...crowd(round)] : round;
      const named = questions.map((question, index) => ({ ...question, id: `question-${asked}-${index}` }));
      // A minute a question keeps everybody within the hourly quotas, which are no part of this test.
      now += 60_000 * questions.length;
      const responses = await Promise.all(named.map((question) => send(client, question, { config, now })));
      const sent = watched.take();
      run.joined += sent.reduce((sum, { requestIds }) => sum + (requestIds.length > 1 ? requestIds.length : 0), 0);
      leaks.push(...strangers(sent, new Map(named.map(({ id, caller }) => [id, caller]))));
      for (const [index, { id, caller, operation }] of named.entries()) {
        const response = responses[index] as Awaited<ReturnType<typeof send>>;
        const verdict = await oracle.judge(caller, operation, response.body);
        if (verdict.answered) {
          run.answered++;
          if (verdict.unjudged) run.unjudged++;
          run.combinations.add(`${caller.purpose} ${caller.actor}`);
          if (caller.authorization !== undefined) run.authorized++;
        } else run.refused++;
        if (response.body.includes('"code":"INTERNAL"')) broken.push(`${id} seed ${options.seed}\n${operation.query}`);
        const headers = oracle.inText('a header', JSON.stringify(response.headers));
        const own = sent.filter(({ requestIds }) => requestIds.includes(id));
        const found = [...verdict.leaks, ...headers, ...oracle.withheldSelections(caller, operation, own)];
        leaks.push(
          ...found.map((leak) => `${id} seed ${options.seed} ${caller.actor} ${caller.purpose}: ${leak}\n${operation.query}`),
        );
      }
    }
    leaks.push(...oracle.inText('the application log', log.text()));
    leaks.push(...oracle.inText('the metrics', await get(client, '/metrics')));
    const { rows } = await db.query<{ canonical: string }>('select canonical from querylog.entry');
    leaks.push(...oracle.inText('the query log', rows.map(({ canonical }) => canonical).join('\n')));
    const allowed = oracle.purposes.flatMap(({ code, actors }) => actors.map((actor) => `${code} ${actor}`));
    const { recognized } = watched.recognitions;
    return { leaks, broken, ...run, recognized, allowed: new Set(allowed) };
  } finally {
    await client.close();
    await city.stop();
    await oracle.close();
    await db.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody's question. */
interface Question {
  id: string;
  caller: OracleCaller;
  operation: RandomOperation;
}

/** The first question of a round, asked by everybody else at the same moment, and by its own caller again and again. */
function crowd([first, ...others]: readonly Omit<Question, 'id'>[]): Omit<Question, 'id'>[] {
  if (first === undefined) return [];
  const { operation } = first;
  return [...others.map(({ caller }) => ({ caller, operation })), ...Array.from({ length: COPIES }, () => first)];
}

function authorizedCaller(authorization: LeakAuthorization): OracleCaller {
  const { purpose, organization } = authorization;
  return { actor: 'BANK', purpose, organization, authorization };
}

function randomCaller(
  random: Random,
  purposes: readonly { code: string; actors: string[] }[],
  { subjectCodes }: CanaryCity,
): OracleCaller {
  const purpose = random.pick(purposes);
  const actor = random.chance(0.97) ? random.pick(purpose.actors) : random.pick(['PUBLIC', 'BANK', 'AUDITOR']);
  const departments = ['registry', 'licensing', 'penalties', 'tax', 'social-security', 'utilities', ''];
  const department = actor === 'DEPARTMENT' ? random.pick(departments) : undefined;
  return {
    actor,
    purpose: purpose.code,
    organization: `organization-${random.below(3)}`,
    ...(department && { department }),
    ...(actor === 'SUBJECT' && { subject: random.pick(subjectCodes) }),
  };
}

async function send(
  client: Dispatcher,
  { id, caller, operation: { query, operationName, variables } }: Question,
  { config, now }: { config: ReturnType<typeof loadConfig>; now: number },
) {
  const shown = caller.actor === 'PUBLIC' ? {} : await credentials(caller, config, now);
  const { statusCode, headers, body } = await client.request({
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      'x-request-id': id,
      'x-purpose': caller.purpose,
      'x-matter': encodeURIComponent(MATTER),
      ...(caller.authorization && { 'x-authorization-id': caller.authorization.id }),
      ...shown,
    },
    body: JSON.stringify({ query, operationName, variables }),
  });
  return { status: statusCode, headers, body: await body.text() };
}

/** The key of all banks. */
const BANK_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

async function credentials(
  caller: OracleCaller,
  config: ReturnType<typeof loadConfig>,
  now: number,
): Promise<Record<string, string>> {
  const { key, keyId } = developmentTokenKey(config);
  const { actor, organization: org, department, subject } = caller;
  const iat = Math.floor(now / 1000);
  const claims = { actor, org, iat, exp: iat + 300, ...(department && { department }), ...(subject && { subject }) };
  const bound = actor === 'BANK' && { cnf: { jkt: await keyThumbprint(BANK_KEY) } };
  const token = jwt.sign({ ...claims, ...bound }, key, { algorithm: 'ES256', keyid: keyId, ...config.tokens });
  if (!bound) return { authorization: `Bearer ${token}` };
  return { authorization: `DPoP ${token}`, dpop: await makeProof(BANK_KEY, { url: config.publicUrl, token, nowMs: now }) };
}

/** Mostly its own subject, or that of its authorization, where only that is answered. */
function handlesFor(random: Random, { subject, authorization }: OracleCaller, { handles }: CanaryCity): readonly SubjectHandle[] {
  const code = subject ?? authorization?.code;
  const own = handles.filter(({ by }) => by.unifiedSocialCreditCode === code);
  return code !== undefined && random.chance(0.85) ? own : handles;
}

function captured() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

async function get(client: Dispatcher, path: string): Promise<string> {
  const { body } = await client.request({ method: 'GET', path });
  return body.text();
}
