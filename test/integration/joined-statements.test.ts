import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Queryable } from '../../database/db.ts';
import { loadSampleCity } from '../../cli/city/sample-city.ts';
import { createDepartments } from '../../gateway/execution/department-execution.ts';
import { inProcess } from '../../gateway/execution/in-process.ts';
import { DEPARTMENTS, GATEWAY_SUBGRAPHS } from '../../schema/signed-context.ts';
import { signContext } from '../../schema/sign-context.ts';
import { departments } from '../../subgraphs/departments.ts';
import { createSubgraph } from '../../subgraphs/kit/create-subgraph.ts';
import { privateKey, publicKey, SUBJECT_KEY } from '../../subgraphs/kit/test-subgraph.ts';
import { openTestDatabase } from '../support/database.ts';

const CLIENTS = 24;
const supergraphSdl = readFileSync(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url)), 'utf8');
const clock = () => Date.parse('2026-06-15T12:00:00+08:00');
let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  await loadSampleCity(db, { subjects: 40, seed: 7, subjectKey: SUBJECT_KEY, clock, baseDate: '2026-06-15' });
}, 60_000);
afterAll(() => db.close());

test('queries that travel as one cost each department one statement a list, however many clients ask', async () => {
  const statements: Record<string, string[]> = {};
  const joined: number[] = [];
  const counted = (department: string): Queryable => ({
    query: (sql, params) => {
      (statements[department] ??= []).push(sql);
      return db.query(sql, params);
    },
  });
  const notAsked = { send: () => Promise.reject(new Error('nobody asks')), ready: async () => true, close: async () => {} };
  const city = createDepartments({
    departments: {
      ...Object.fromEntries(GATEWAY_SUBGRAPHS.map((name) => [name, notAsked])),
      ...Object.fromEntries(
        DEPARTMENTS.map((name) => [
          name,
          inProcess(
            createSubgraph(departments[name], {
              db: counted(name),
              publicKeys: new Map([['test', publicKey]]),
              subjectKey: SUBJECT_KEY,
              clock,
            }),
          ),
        ]),
      ),
    },
    signContext: (context) => signContext(context, { privateKey, keyId: 'test', clock }),
    clock,
    timeouts: { department: 30_000 },
    observeJoined: ({ queries }) => joined.push(queries),
  });
  const execution = city.over(supergraphSdl);
  const { rows } = await db.query<{ id: string }>('select subject_id as id from registry.subject order by 1 limit $1', [CLIENTS]);
  const text =
    'query ($id: ID!) { subject(by: { id: $id }) { name penalties { decisionDocumentNo } tax { creditGrades { year grade } arrears { taxType } } } }';
  const ask = async (id: string) => {
    const answer = await execution.execute(
      { document: parse(text), text, hash: 'joined', name: null, variableNames: new Set(['id']) },
      { id },
      {
        requestId: `of ${id}`,
        caller: { actor: 'AUDITOR', organization: 'audit', developer: false },
        purpose: { code: 'AUDIT_SUPERVISION' },
        signal: new AbortController().signal,
      },
    );
    return answer.complete();
  };
  const alone = [];
  for (const { id } of rows) alone.push(await ask(id));
  const apart = Object.fromEntries(Object.entries(statements).map(([name, each]) => [name, each.length]));
  for (const each of Object.values(statements)) each.length = 0;

  expect(await Promise.all(rows.map(({ id }) => ask(id)))).toEqual(alone);
  const lists = { registry: 1, penalties: 1, tax: 2 };
  for (const [name, count] of Object.entries(lists)) {
    const perRequest = new Set(statements[name]).size;
    expect(apart[name]).toBe(CLIENTS * perRequest);
    expect(perRequest).toBeGreaterThanOrEqual(count);
    // Two went at once, alone; the others behind them, together.
    expect(statements[name]?.length).toBeLessThanOrEqual(6 * perRequest);
  }
  expect(joined.reduce((sum, queries) => sum + queries, 0)).toBeGreaterThanOrEqual(2 * (CLIENTS - 4));
  await city.close();
});
