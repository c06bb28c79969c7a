import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestIssuer } from '../../test/support/tokens.ts';
import { testIssuer } from '../../test/support/tokens.ts';
import { createKeySource } from './key-source.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const first = testIssuer('key-1');
const second = testIssuer('key-2');
const keySet = (...issuers: TestIssuer[]) => JSON.stringify({ keys: issuers.map(({ jwk }) => jwk) });

let server: Server;
let address: string;
let nowMs: number;
let fetches: number;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    fetches++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  nowMs = 1_777_593_600_000;
  fetches = 0;
  answer = (_, response) => response.end(keySet(first));
});

const publish = (...issuers: TestIssuer[]) => {
  answer = (_, response) => response.end(keySet(...issuers));
};
const fail = () => {
  answer = (_, response) => response.writeHead(503).end();
};
const source = (location = address, production = false) => createKeySource({ location, production, clock: () => nowMs });

describe('keys at an address', () => {
  test('are fetched once and kept', async () => {
    const keys = source();
    expect((await keys.find('key-1'))?.algorithms).toEqual(['ES256']);
    nowMs += 5 * MINUTE - 1;
    await keys.find('key-1');
    expect(fetches).toBe(1);
  });

  test('that many callers need at once are fetched once', async () => {
    const keys = source();
    const found = await Promise.all(Array.from({ length: 100 }, () => keys.find('key-1')));
    expect(new Set(found).size).toBe(1);
    expect(fetches).toBe(1);
  });

  test('are asked for again for an unknown id, so that a new key works at once', async () => {
    const keys = source();
    await keys.find('key-1');
    publish(first, second);
    nowMs += 10 * SECOND;
    expect(await keys.find('key-2')).toBeDefined();
    expect(fetches).toBe(2);
  });

  test('are asked for once in ten seconds however many ids are invented', async () => {
    const keys = source();
    await keys.find('key-1');
    nowMs += 10 * SECOND;
    for (let count = 0; count < 50; count++) expect(await keys.find(`invented-${count}`)).toBeUndefined();
    await Promise.all(Array.from({ length: 50 }, (_, count) => keys.find(`also-${count}`)));
    expect(fetches).toBe(2);
  });

  test('that the issuer has withdrawn are trusted for at most five minutes', async () => {
    const keys = source();
    const old = await keys.find('key-1');
    publish(second);
    nowMs += 5 * MINUTE - 1;
    expect(await keys.find('key-1')).toBe(old);
    nowMs += 1;
    expect(await keys.find('key-1')).toBeUndefined();
    expect(await keys.find('key-2')).toBeDefined();
  });

  test('keep their fingerprint when fetched again, and another key under the same id has another', async () => {
    const keys = source();
    const before = await keys.find('key-1');
    nowMs += 5 * MINUTE;
    expect((await keys.find('key-1'))?.fingerprint).toBe(before?.fingerprint);
    publish(testIssuer('key-1'));
    nowMs += 5 * MINUTE;
    expect((await keys.find('key-1'))?.fingerprint).not.toBe(before?.fingerprint);
  });

  test('are kept for an hour while the issuer is down, and trusted no longer than that', async () => {
    const keys = source();
    await keys.find('key-1');
    fail();
    nowMs += 30 * MINUTE;
    expect(await keys.find('key-1')).toBeDefined();
    expect(keys.degraded()).toBe(true);
    nowMs += 30 * MINUTE;
    await expect(keys.find('key-1')).rejects.toThrow('HTTP status 503');
    publish(first);
    nowMs += 10 * SECOND;
    expect(await keys.find('key-1')).toBeDefined();
    expect(keys.degraded()).toBe(false);
  });

  test('that are not at hand while the issuer is down may be new ones: nobody says that it has none', async () => {
    const keys = source();
    await keys.find('key-1');
    fail();
    nowMs += 10 * SECOND;
    await expect(keys.find('key-2')).rejects.toThrow('HTTP status 503');
    // Nor is it asked again, for as long as it is asked for nobody.
    await expect(keys.find('key-2')).rejects.toThrow('HTTP status 503');
    expect(fetches).toBe(2);
    publish(first, second);
    nowMs += 10 * SECOND;
    expect(await keys.find('key-2')).toBeDefined();
    expect(await keys.find('key-3')).toBeUndefined();
  });

  test('that may still be used are not waited for while an issuer that failed is asked again', async () => {
    const keys = source();
    await keys.find('key-1');
    fail();
    nowMs += 5 * MINUTE;
    await keys.find('key-1');
    nowMs += 10 * SECOND;
    const asked = new Promise<ServerResponse>((resolve) => (answer = (_, response) => resolve(response)));
    const sooner = Promise.resolve(keys.find('key-1')).then((key) => key !== undefined);
    expect(await Promise.race([sooner, asked])).toBe(true);
    (await asked).end(keySet(first, second));
    expect(await keys.find('key-2')).toBeDefined();
    expect(keys.degraded()).toBe(false);
  });

  test('are fetched anew when the clock is set back', async () => {
    const keys = source();
    await keys.find('key-1');
    publish(second);
    nowMs -= 60 * MINUTE;
    expect(await keys.find('key-1')).toBeUndefined();
  });
});

describe('an address that cannot be trusted', () => {
  test.each<[string, typeof answer, string]>([
    ['redirects', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(), 'HTTP status 302'],
    [
      'answers without end',
      (_, response) => response.end(' '.repeat(256 * 1024 + 1) + keySet(first)),
      'larger than 262144 bytes',
    ],
    ['breaks off', (request) => request.socket.destroy(), 'cannot be read'],
    ['answers with a page', (_, response) => response.end('<html>'), 'not a JSON Web Key Set'],
    ['answers with JSON of another kind', (_, response) => response.end('{"keys":{}}'), 'not a JSON Web Key Set'],
    ['publishes no key', (_, response) => response.end('{"keys":[]}'), 'no key that tokens'],
    ['gives one id to two keys', (_, response) => response.end(keySet(first, testIssuer('key-1'))), 'same kid'],
  ])('%s: no key is taken', async (_, behaviour, reason) => {
    answer = behaviour;
    const keys = source();
    await expect(keys.ready()).rejects.toThrow(reason);
    await expect(keys.find('key-1')).rejects.toMatchObject({ name: 'KeySetError' });
    expect(fetches).toBe(1);
  });

  test('is unencrypted in production, unless it is this machine', async () => {
    expect(() => source('http://issuer.example/jwks', true)).toThrow('https://');
    expect(await source(address, true).find('key-1')).toBeDefined();
  });

  test('is not printed with its credentials', async () => {
    fail();
    await expect(source(address.replace('//', '//user:secret@')).ready()).rejects.toThrow(/^(?!.*secret)/);
  });
});

describe('keys in a file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'keys-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test('are read, and read again after a rotation', async () => {
    const file = join(directory, 'jwks.json');
    writeFileSync(file, keySet(first));
    const keys = source(file);
    expect(await keys.find('key-1')).toBeDefined();
    writeFileSync(file, keySet(second));
    nowMs += 10 * SECOND;
    expect(await keys.find('key-2')).toBeDefined();
    expect(await keys.find('key-1')).toBeUndefined();
  });

  test('that are absent or too large say so', async () => {
    await expect(source(join(directory, 'absent.json')).ready()).rejects.toThrow('absent.json): it cannot be read');
    writeFileSync(join(directory, 'large.json'), ' '.repeat(256 * 1024 + 1));
    await expect(source(join(directory, 'large.json')).ready()).rejects.toThrow('larger than');
  });

  test('that sign development tokens are not trusted in production', async () => {
    const file = join(directory, 'development.json');
    writeFileSync(file, keySet(first, testIssuer('development')));
    await expect(source(file, true).ready()).rejects.toThrow('development key');
    expect(await source(file).find('development')).toBeDefined();
  });
});
