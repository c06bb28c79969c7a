import { once } from 'node:events';
import { createServer } from 'node:net';

/** Rejects as listening there would: each worker would find out for itself, and be started again and again. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port, exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
