import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config.ts';

/** The application log. It says what the software did, never what was asked or shown: that is the query log's. */
export type { Logger };

/** Fields that would hold a secret or a record if somebody logged a whole request, answer or error by mistake. */
const SECRET = [
  'authorization',
  'cookie',
  'x-xinqiao-context',
  'variables',
  'query',
  'body',
  'data',
  'token',
  'contextToken',
  'args',
  'parameters',
];

/** Messages of these errors are ours: they hold names and codes, never values. Any other may quote a record or a query. */
const SAFE_ERRORS = new Set(['GatewayError', 'ConfigError', 'TransportError', 'DatabaseError']);

/** Bytes that are kept while standard output takes none; past them lines are dropped. */
const KEPT_BYTES = 1_048_576;

/** Writes JSON lines to `destination` (default: standard output). */
export function createLogger({ logLevel }: Pick<Config, 'logLevel'>, destination: DestinationStream = standardOutput()): Logger {
  const options = {
    level: logLevel,
    base: { service: 'xinqiao-gateway' },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: SECRET.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]), censor: '[redacted]' },
    serializers: { err: describeError, error: describeError },
  };
  return pino(options, destination);
}

/** A disk that is full of logs must not end the gateway: what cannot be written is written with the next line, once there is room. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true, maxLength: KEPT_BYTES });
  output.on('error', () => {});
  // Not the stream itself: pino would flush it after a fatal line and at the end, and it then tries a full disk for ever, with everybody waiting.
  return { write: (line) => void output.write(line) };
}

/** What may be logged of an error: its kind, its codes and where it came from. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const sqlState = 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : undefined;
  return {
    type: name,
    ...(SAFE_ERRORS.has(name) && { message }),
    ...(code !== undefined && { code }),
    ...(sqlState !== undefined && { sqlState }),
    // The first lines of a stack repeat the message.
    frames: stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .map((line) => line.trim()),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
