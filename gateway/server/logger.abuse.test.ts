import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../database/db.ts';
import { createLogger } from './logger.ts';

const CANARY = '11010519491231002X';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  write(createLogger({ logLevel: 'trace' }, sink));
  return text;
}

describe('the application log', () => {
  test.each([
    ['an authorization header', { authorization: CANARY }],
    ['headers', { headers: { authorization: CANARY, 'x-xinqiao-context': CANARY, cookie: CANARY } }],
    ['a request', { request: { headers: { authorization: CANARY }, variables: { id: CANARY }, body: CANARY } }],
    ['variables', { variables: { id: CANARY } }],
    ['an answer', { answer: { data: { subject: { name: CANARY } } } }],
    ['SQL parameters', { parameters: [CANARY] }],
    ['an unknown error', { err: new TypeError(`cannot read ${CANARY}`) }],
    [
      'an error behind another',
      { err: new DatabaseError('query failed', '23505', { cause: new Error(`Key (id)=(${CANARY})`) }) },
    ],
    ['an error with fields', { err: Object.assign(new Error('x'), { detail: CANARY, parameters: [CANARY] }) }],
    ['a text that was thrown', { err: CANARY }],
  ])('does not hold what %s holds', (_, fields) => {
    expect(logged((logger) => logger.error(fields, 'failed'))).not.toContain(CANARY);
  });

  test('says what kind of error it was and where it came from', () => {
    const line = JSON.parse(logged((logger) => logger.error({ err: new DatabaseError('relation missing', '42P01') }, 'failed')));
    expect(line).toMatchObject({ msg: 'failed', err: { type: 'DatabaseError', message: 'relation missing', sqlState: '42P01' } });
    expect(line.err.frames[0]).toMatch(/^at .*logger\.abuse\.test\.ts/);
  });
});
