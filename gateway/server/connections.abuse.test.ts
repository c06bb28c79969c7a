import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { revealAll, startServer } from './server.fixture.ts';

const QUERY = JSON.stringify({ query: '{ subject(id: "o-1") { name } }' });
const REQUEST = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${QUERY.length}\r\n\r\n${QUERY}`;
/** More than an emitter takes for a leak. */
const SENT_AHEAD = 20;

test('a connection that breaks gives up all queries that were sent ahead on it, and their places', async () => {
  let asked = 0;
  let onAll = () => {};
  const all = new Promise<void>((resolve) => (onAll = resolve));
  const running = await startServer({
    env: { XINQIAO_SHUTDOWN_GRACE_MS: '1000' },
    async flow(request) {
      const gone = new Promise<void>((resolve) => request.signal.addEventListener('abort', resolve));
      if (++asked === SENT_AHEAD) onAll();
      await gone;
      return revealAll(request);
    },
  });
  const client = connect(Number(new URL(running.url).port), '127.0.0.1');
  await once(client, 'connect');
  client.write(REQUEST.repeat(SENT_AHEAD));
  await all;
  client.destroy();
  expect(await running.server.stop()).toEqual({ drained: true });
});
