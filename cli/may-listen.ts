import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config, ConfigError } from '../gateway/config.ts';

/**
 * Whether a server may listen where it is configured to: found out before anything is made for it, and by workers once and not by each.
 * Rejects with {@link ConfigError} naming the variable at fault.
 */
export async function assertMayListen({
  host,
  port,
  operationsPort,
}: Pick<Config, 'host' | 'port' | 'operationsPort'>): Promise<void> {
  if (operationsPort === port && port !== 0)
    throw new ConfigError([
      'XINQIAO_OPERATIONS_PORT: 与 PORT 相同；请另设端口，或不设此变量而共用 PORT。 The same as PORT: set another, or unset it to share PORT',
    ]);
  await listenOnce('PORT', host, port);
  if (operationsPort !== undefined) await listenOnce('XINQIAO_OPERATIONS_PORT', host, operationsPort);
}

async function listenOnce(variable: string, host: string, port: number): Promise<void> {
  const server = createServer().listen({ host, port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new ConfigError([faultOf(variable, port, (cause as NodeJS.ErrnoException).code)], { cause });
  }
  server.close();
  await once(server, 'close');
}

function faultOf(variable: string, port: number, code: string | undefined): string {
  switch (code) {
    case 'EADDRINUSE':
      return (
        `${variable}: 端口 ${port} 已被另一进程占用；请停止该进程，或另设端口。 ` +
        `Port ${port} is taken: stop the process that listens there, or set another port`
      );
    case 'EACCES':
      return `${variable}: 无权使用端口 ${port}；请设 1024 以上的端口。 Port ${port} is not allowed: set one above 1023`;
    default:
      return (
        `HOST: 不是本机的地址或名称（${code}）；请设 127.0.0.1、0.0.0.0 或本机的一个地址。 ` +
        `This is no address or name of this machine (${code}): set 127.0.0.1, 0.0.0.0, or one it has`
      );
  }
}
