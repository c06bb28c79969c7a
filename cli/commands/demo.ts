import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import jwt from 'jsonwebtoken';
import { request } from 'undici';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';
import { openDatabase } from '../../database/open-database.ts';
import { type Config, loadConfig } from '../../gateway/config.ts';
import { keyThumbprint, makeProof } from '../../gateway/identity/make-proof.ts';
import { developmentTokenKey, requireSecrets } from '../../gateway/secrets.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { assembleCity } from '../city/assemble.ts';
import { loadSampleCity } from '../city/sample-city.ts';
import { CALLERS, type DemoCaller, QUESTION } from '../demo/question.ts';
import { approving, OFFICE, REGISTRATION, registering } from '../demo/registration.ts';
import { sideBySide } from '../demo/side-by-side.ts';
import { formatTable } from '../table.ts';

/** Enough for the demonstration company and the hard cases. */
const SUBJECTS = 60;
const TOKEN_SECONDS = 300;
/** Columns; the longest path is shown whole. */
const WIDEST_CELL = 44;

/** The answer as this command reads it. */
interface Answer {
  data?: { subject?: unknown; registerOperation?: { id: string; disclosure: { digest: string } } };
  errors?: { extensions: { code: string } }[];
}

/**
 * Adds `xinqiao demo`: a small city in memory on a spare port, one company asked for by four callers, their answers side
 * by side and the log entries they left. Exit codes: 0 all four answered; 1 otherwise.
 */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('同一企业，四种查询者各看到什么。 One company as four callers see it')
    .option('--json', 'print one JSON value {callers, rows, log}')
    .action(demo);
}

async function demo({ json }: { json?: true }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-demo-'));
  try {
    // Nothing of the caller's own environment: the demonstration touches no other database, key or port.
    const config = loadConfig({ XINQIAO_DATA: folder, PORT: '0', LOG_LEVEL: 'error' });
    const db = await openDatabase({ inMemory: true });
    try {
      await migrateAll(db);
      process.stdout.write(await play(db, config, json === true));
    } finally {
      await db.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function play(db: Db, config: Config, json: boolean): Promise<string> {
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  const { demonstration } = await loadSampleCity(db, { subjects: SUBJECTS, seed: 1, subjectKey, clock: Date.now });
  const city = await assembleCity({ config, db, logger: createLogger(config) });
  try {
    const url = await city.server.start();
    const code = demonstration.unifiedSocialCreditCode;
    await registerForBank(url, { config, code });
    const answers: Answer[] = [];
    for (const caller of CALLERS)
      answers.push(await ask(url, caller, { config, code, body: { query: QUESTION, variables: { code } } }));
    const rows = sideBySide(answers.map(({ data }) => data?.subject));
    const { rows: log } = await db.query(LOG_SQL);
    return json
      ? `${JSON.stringify({ callers: CALLERS.map(({ title }) => title), rows, log: log.map(readable) })}\n`
      : printed(rows, log);
  } finally {
    await city.stop();
  }
}

/** A bank runs registered operations only: it registers the question, and the credit office approves it, having seen what it shows. */
async function registerForBank(url: string, asking: Pick<Asking, 'config' | 'code'>): Promise<void> {
  for (const { token, purpose } of CALLERS) {
    if (token?.actor !== 'BANK') continue;
    const made = await ask(
      url,
      { title: '银行登记 registering', token, purpose: REGISTRATION },
      { ...asking, body: registering(purpose) },
    );
    const { id, disclosure } = made.data?.registerOperation ?? {};
    await ask(url, OFFICE, { ...asking, body: approving({ id, digest: disclosure?.digest }) });
  }
}

interface Asking {
  config: Config;
  /** The company that is asked for. */
  code: string;
  body: object;
}

async function ask(url: string, caller: DemoCaller, { config, code, body: asked }: Asking): Promise<Answer> {
  const shown = caller.token && (await tokenFor(caller.token, config, code));
  const { statusCode, body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-purpose': caller.purpose,
      ...(caller.matter !== undefined && { 'x-matter': encodeURIComponent(caller.matter) }),
      ...shown,
    },
    body: JSON.stringify(asked),
  });
  const answer = (await body.json()) as Answer;
  if (statusCode === 200 && answer.errors === undefined) return answer;
  throw new Error(
    `查询未获答复：${caller.title}。 Not answered: ${statusCode} ${answer.errors?.map(({ extensions }) => extensions.code).join(', ')}`,
  );
}

/** Headers that show who asks; a bank proves besides that its token is its own. */
async function tokenFor(
  { actor, organization: org, department, operator }: NonNullable<DemoCaller['token']>,
  config: Config,
  code: string,
): Promise<Record<string, string>> {
  const { key, keyId } = developmentTokenKey(config);
  const holder = actor === 'BANK' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : undefined;
  const claims = {
    actor,
    org,
    ...(department && { department }),
    ...(operator && { operator }),
    ...(actor === 'SUBJECT' && { subject: code }),
    ...(holder && { cnf: { jkt: await keyThumbprint(holder) } }),
  };
  const token = jwt.sign(claims, key, { algorithm: 'ES256', keyid: keyId, expiresIn: TOKEN_SECONDS, ...config.tokens });
  if (holder === undefined) return { authorization: `Bearer ${token}` };
  return { authorization: `DPoP ${token}`, dpop: await makeProof(holder, { url: config.publicUrl, token }) };
}

const LOG_SQL = 'select seq, canonical from querylog.entry order by seq';

function readable({ canonical }: { canonical?: unknown }): Record<string, unknown> {
  return JSON.parse(String(canonical)) as Record<string, unknown>;
}

function printed(rows: ReturnType<typeof sideBySide>, log: readonly { seq?: unknown; canonical?: unknown }[]): string {
  const views = formatTable(
    [['字段 field', ...CALLERS.map(({ title }) => title)], ...rows.map(({ path, cells }) => [path, ...cells])],
    WIDEST_CELL,
  );
  const entries = log.map((row) => {
    const { caller, purpose, matter, decision, subjects, fields } = readable(row) as unknown as LoggedLook;
    const shown = (treatment: string) => fields.filter((field) => field.treatment === treatment).length;
    return [
      String(row.seq),
      caller.actor,
      purpose,
      matter ?? '—',
      decision,
      subjects.returned.join(' '),
      `${shown('REVEAL')} / ${shown('MASK') + shown('GENERALIZE')} / ${shown('WITHHOLD')}`,
    ];
  });
  const heading = ['序号', '查询者', '用途', '办件编号', '结果', '主体', '原值/脱敏/不予提供'];
  return `\n同一企业，四种查询者 One company, four callers（— 不予提供或没有）\n\n${views}\n\n查询日志 What the query log kept, before each answer left\n\n${formatTable([heading, ...entries])}\n`;
}

interface LoggedLook {
  caller: { actor: string };
  purpose: string;
  matter: string | null;
  decision: string;
  subjects: { returned: string[] };
  fields: { treatment: string }[];
}
