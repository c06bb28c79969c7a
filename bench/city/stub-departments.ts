import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import { loadSupergraph } from '../../gateway/execution/compiled/supergraph.ts';
import { createAnswers } from './answers.ts';
import { readSupergraph } from './supergraph.ts';

/**
 * Departments that cost almost nothing, so that one core carries them for the fastest gateway: as much of HTTP/1.1 as
 * gateways send, answers from templates. Run as a child process; sends its parent the address of each department, by name.
 */
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.from('{}');
const { apiSchema, subgraphs } = loadSupergraph(readSupergraph());
const answerTo = createAnswers(apiSchema, env['XINQIAO_SUBJECT_KEY'] ?? '');

const ports = subgraphs.map(async (name) => {
  const server = createServer({ noDelay: true }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`] as const;
});
process.send?.(Object.fromEntries(await Promise.all(ports)));
process.on('disconnect', () => process.exit());

function serve(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (let end = received.indexOf(HEAD_END); end !== -1; end = received.indexOf(HEAD_END)) {
      const head = received.toString('latin1', 0, end);
      const start = end + HEAD_END.length;
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (received.length < start + length) return;
      const body = received.toString('utf8', start, start + length);
      received = received.subarray(start + length);
      // Health checks ask without a body.
      const answer = body === '' ? NOTHING : answerTo(body);
      socket.cork();
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n`, 'latin1');
      socket.write(answer);
      socket.uncork();
    }
  });
}
