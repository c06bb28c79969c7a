import type { FastifyInstance } from 'fastify';
import type { InFlight } from './in-flight.ts';
import { checkReadiness } from './readiness.ts';
import type { ServerOptions } from './server-options.ts';

/** Adds what operators, probes and load balancers ask: `/health/live`, `/health/ready` and `/metrics`. */
export function addOperations(
  server: FastifyInstance,
  { readiness, metrics }: Pick<ServerOptions, 'readiness' | 'metrics'>,
  inFlight: InFlight,
): void {
  server.get('/health/live', async () => ({ live: true }));
  server.get('/health/ready', async (_request, reply) => {
    const report = await checkReadiness(readiness.checks, readiness.required);
    const ready = report.ready && !inFlight.leaving;
    return reply.code(ready ? 200 : 503).send({ ...report, ready });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.expose();
    return reply.type(contentType).send(text);
  });
}
