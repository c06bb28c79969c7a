import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import { Pool } from 'undici';
import type { ContenderSettings } from '../harness/settings.ts';

/**
 * The hand-written limit: no GraphQL, no planning, no identity, no masks, no log. It sends the registry and then the five
 * other departments the operations it was given, joins what they answer by position and forwards it.
 */
const { addresses, questions } = JSON.parse(env['BENCH_CONTENDER'] ?? '{}') as ContenderSettings;
const CONNECTIONS = 32;
const HEADERS = { 'content-type': 'application/json' };

interface Subject {
  id: string;
}

const pools = new Map(
  Object.entries(addresses).map(([name, url]) => [name, new Pool(new URL(url).origin, { connections: CONNECTIONS })]),
);

async function ask(department: string, query: string, variables: unknown): Promise<Record<string, unknown>> {
  const body = `{"query":${query},"variables":${JSON.stringify(variables)}}`;
  const response = await pools.get(department)!.request({ method: 'POST', path: '/graphql', headers: HEADERS, body });
  return (JSON.parse(await response.body.text()) as { data: Record<string, unknown> }).data;
}

const prepared = new Map(
  Object.values(questions).map(({ text, parts, isList }) => {
    const { registry, ...others } = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]));
    return [text, { registry: registry ?? '', others: Object.entries(others), root: isList ? 'subjects' : 'subject', isList }];
  }),
);

async function answer(request: string): Promise<string> {
  const { query, variables } = JSON.parse(request) as { query: string; variables: unknown };
  const { registry, others, root, isList } = prepared.get(query)!;
  const found = (await ask('registry', registry, variables))[root] as Subject | Subject[];
  const subjects = isList ? (found as Subject[]) : [found as Subject];
  const representations = subjects.map(({ id }) => ({ __typename: 'CreditSubject', id }));
  const answers = await Promise.all(others.map(([department, text]) => ask(department, text, { representations })));
  for (const { _entities } of answers)
    subjects.forEach((subject, index) => Object.assign(subject, (_entities as readonly object[])[index]));
  return JSON.stringify({ data: { [root]: found } });
}

const server = createServer(async (request, response) => {
  const text = await answer(await read(request));
  response
    .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
    .end(text);
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }),
);
process.on('disconnect', () => process.exit());

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}
