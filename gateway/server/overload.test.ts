import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { held, startServer, type TestServer } from './server.fixture.ts';

const QUERY = JSON.stringify({ query: '{ subject(id: "o-1") { name } }' });

let running: TestServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await running.server.stop();
});

async function open(): Promise<{ send(text: string): void; answer(): Promise<string> }> {
  const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return {
    send: (text) => void socket.write(text),
    async answer() {
      let text = '';
      while (!/\r\n\r\n.*\}$/s.test(text)) text += String((await once(socket, 'data'))[0]);
      return text;
    },
  };
}

const head = (length: number) =>
  `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

test('a query past the most in flight is refused before its body has come, is on record, and its connection goes on', async () => {
  const { flow, under, release } = held();
  running = await startServer({ flow, env: { XINQIAO_MAX_IN_FLIGHT: '1' } });
  const first = running.post(QUERY);
  await under;
  const client = await open();
  client.send(head(QUERY.length));
  const refusal = await client.answer();
  expect(refusal).toMatch(/^HTTP\/1\.1 503 /);
  expect(refusal).toContain('"code":"OVERLOADED"');
  expect(running.rejections).toMatchObject([{ code: 'OVERLOADED', request: { documentHash: null } }]);
  release();
  await first;
  client.send(QUERY + head(QUERY.length) + QUERY);
  expect(await client.answer()).toMatch(/^HTTP\/1\.1 200 .*"name of o-1"/s);
});

test('queries that wait for slow departments keep nobody out of the flow', async () => {
  const { flow, release } = held();
  let entered = 0;
  let onAll = () => {};
  const all = new Promise<void>((resolve) => (onAll = resolve));
  running = await startServer({
    flow(request) {
      if (++entered === 150) onAll();
      return flow(request);
    },
  });
  const answers = Array.from({ length: 150 }, () => running.post(QUERY));
  await all;
  release();
  for (const answer of answers) expect((await answer).status).toBe(200);
  expect(running.requests).toHaveLength(150);
});
