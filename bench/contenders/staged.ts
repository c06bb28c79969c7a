import { createHash } from 'node:crypto';
import { env } from 'node:process';
import { fastify } from 'fastify';
import { type DocumentNode, parse, validate } from 'graphql';
import { assembleCity } from '../../cli/city/assemble.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import type { Gateway } from '../../gateway/flow.ts';
import { loadSupergraph } from '../../gateway/execution/compiled/supergraph.ts';
import { openExchange } from '../../gateway/server/exchange.ts';
import type { Flow } from '../../gateway/server/flow-gateway.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { readSupergraph } from '../city/supergraph.ts';
import type { ContenderSettings } from '../harness/settings.ts';
import { type StageName, stagedFlow } from './staged-flow.ts';

/**
 * The gateway with its flow cut off after a stage, or (`direct`) with the whole flow behind Fastify alone: documents parsed and
 * validated once, as a second door for registered operations would have them.
 */
const { variant } = JSON.parse(env['BENCH_CONTENDER'] ?? '{}') as ContenderSettings;
const config = loadConfig(env);
const db = await openDatabase({ databaseUrl: config.databaseUrl });
for (const { schemaName, folder } of await findSchemas()) if (schemaName === 'querylog') await migrate(db, folder, schemaName);
let flow: Flow | undefined;
const keep = (gateway: Gateway) => (flow = stagedFlow(gateway, variant === 'direct' ? 'log' : (variant as StageName)));
const city = await assembleCity({ config, db, logger: createLogger(config), flow: keep });
const url = variant === 'direct' && flow ? await serveDirectly(flow) : await city.server.start();
process.send?.({ url: `${url}/graphql` });
process.on('disconnect', () => process.exit());

function serveDirectly(flow: Flow): Promise<string> {
  const { apiSchema } = loadSupergraph(readSupergraph());
  const documents = new Map<string, { document: DocumentNode; hash: string }>();
  const documentOf = (query: string) => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    if (validate(apiSchema, document).length > 0) throw new TypeError('the document is not valid');
    const entry = { document, hash: createHash('sha256').update(query).digest('hex') };
    documents.set(query, entry);
    return entry;
  };
  const server = fastify({ logger: false, bodyLimit: config.limits.bodyBytes });
  server.post('/graphql', async (request, reply) => {
    const { query, operationName, variables } = request.body as { query: string; operationName: string; variables: object };
    const { document, hash: documentHash } = documentOf(query);
    const exchange = openExchange(request, reply, { now: Date.now(), timeoutMs: config.timeouts.request });
    try {
      const { requestId: id, receivedAt, header, clientAddress, signal } = exchange;
      const { data, errors, extensions } = await flow({
        id,
        receivedAt,
        header,
        clientAddress,
        signal,
        schema: apiSchema,
        document,
        documentHash,
        operationName,
        extensions: {},
        variables: variables as Record<string, unknown>,
      });
      return reply.type('application/json; charset=utf-8').send(JSON.stringify({ ...(errors && { errors }), data, extensions }));
    } finally {
      exchange.end();
    }
  });
  return server.listen({ host: '127.0.0.1', port: 0 });
}
