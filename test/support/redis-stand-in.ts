import { createServer, type Socket } from 'node:net';

/** Answers PONG to whatever it is sent, as far as a client's connection and its pings need: commands are RESP arrays. Closing cuts clients off. */
export async function openRedisStandIn(port: number): Promise<{ close(): Promise<void> }> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => {});
    client.on('data', (bytes) => client.write('+PONG\r\n'.repeat(bytes.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 0)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => resolve());
      }),
  };
}
