import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ConfigError } from '../gateway/config.ts';
import { assertMayListen } from './may-listen.ts';

const host = '127.0.0.1';

test('a port that is taken is refused by its variable, and one that is free is left free', async () => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const [variable, ports] of [
    ['PORT', { port }],
    ['XINQIAO_OPERATIONS_PORT', { port: 0, operationsPort: port }],
  ] as const) {
    const refused = assertMayListen({ host, ...ports });
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(new RegExp(` ${variable}: .*Port ${port} is taken: stop the process`));
  }
  server.close();
  await once(server, 'close');
  for (let time = 0; time < 2; time++) await assertMayListen({ host, port });
});

test('two servers on one port are refused, and two free ports are not', async () => {
  await expect(assertMayListen({ host, port: 4000, operationsPort: 4000 })).rejects.toThrow(
    /XINQIAO_OPERATIONS_PORT: .*The same as PORT/,
  );
  await assertMayListen({ host, port: 0, operationsPort: 0 });
});

test('an address that this machine does not have is refused as HOST', async () => {
  await expect(assertMayListen({ host: '192.0.2.1', port: 0 })).rejects.toThrow(/HOST: .*no address or name of this machine/);
});
