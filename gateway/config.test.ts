import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

describe('configuration', () => {
  test('an empty environment is a usable development configuration, open to this machine only', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      environment: 'development',
      host: '127.0.0.1',
      port: 4000,
      workers: 1,
      dataDirectory: '.xinqiao',
      policiesDirectory: 'policies',
      subgraphUrls: {},
    });
    expect(config).not.toHaveProperty('databaseUrl');
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.secrets)).toBe(true);
  });

  test('an empty variable counts as unset', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toEqual(loadConfig({}));
  });

  test('health and metrics have a port of their own only if one is named', () => {
    expect(loadConfig({})).not.toHaveProperty('operationsPort');
    expect(loadConfig({ XINQIAO_OPERATIONS_PORT: '4090' })).toMatchObject({ port: 4000, operationsPort: 4090 });
  });

  test('trusts the proxies it is told of, one by one or by range', () => {
    const { trustedProxies } = loadConfig({ XINQIAO_TRUSTED_PROXIES: '10.0.0.1, 192.168.0.0/16,fd00::/8' });
    expect(trustedProxies).toEqual(['10.0.0.1', '192.168.0.0/16', 'fd00::/8']);
    expect(loadConfig({}).trustedProxies).toEqual([]);
  });

  test('departments with an address are reached over HTTP, the others stay in this process', () => {
    const { subgraphUrls } = loadConfig({
      SUBGRAPH_TAX_URL: 'http://tax:4001/graphql',
      SUBGRAPH_SOCIAL_SECURITY_URL: 'https://ss:4001/graphql',
    });
    expect(subgraphUrls).toEqual({ tax: 'http://tax:4001/graphql', 'social-security': 'https://ss:4001/graphql' });
  });

  test.each([
    ['PORT', 'http', 'a whole number from 0 to 65535'],
    ['XINQIAO_OPERATIONS_PORT', '65536', 'a whole number from 0 to 65535'],
    ['XINQIAO_TRUSTED_PROXIES', 'everybody', 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8'],
    ['XINQIAO_TRUSTED_PROXIES', '10.0.0.1,', 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8'],
    ['XINQIAO_TRUSTED_PROXIES', '0.0.0.0/0', 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8'],
    ['XINQIAO_TRUSTED_PROXIES', '10.0.0.0/33', 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['NODE_ENV', 'prod', 'development, test or production'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/x', 'an address such as postgres://user:password@host:5432/database'],
    ['REDIS_URL', '127.0.0.1:6379', 'an address such as redis://host:6379'],
    [
      'XINQIAO_NOTIFY_URL',
      'http://messages.city.example/looks',
      'an https address such as https://messages.city.example/looks, or http on this machine',
    ],
    [
      'XINQIAO_NOTIFY_URL',
      'https://user:hunter2@messages.city.example/',
      'an https address such as https://messages.city.example/looks, or http on this machine',
    ],
    [
      'XINQIAO_NOTIFY_URL',
      'http://127.0.0.1.example/',
      'an https address such as https://messages.city.example/looks, or http on this machine',
    ],
    ['SUBGRAPH_TAX_URL', 'file:///etc/passwd', 'an address such as http://tax:4001/graphql'],
    ['XINQIAO_SUBJECT_KEY', 'hunter2', 'at least 32 characters, such as `openssl rand -hex 32` prints'],
    ['XINQIAO_LOG_ORIGIN', 'two words', 'at most 128 of A-Z a-z 0-9 _ . : / -'],
    ['LOG_LEVEL', 'loud', 'one of fatal, error, warn, info, debug, trace, silent'],
    ['XINQIAO_MAX_DEPTH', '1e3', 'a whole number from 1 to 100'],
    ['XINQIAO_POLICIES', ' ', 'a directory'],
    ['XINQIAO_UNREGISTERED_OPERATIONS', 'yes', 'refuse or allow'],
  ])('%s=%s is refused by name and accepted form, without its value', (name, value, form) => {
    const load = () => loadConfig({ [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(`${name}: expected ${form}`);
    if (value.includes('hunter2')) expect(load).not.toThrow('hunter2');
  });

  test('every variable at fault is named at once', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'x' })).toThrow(/PORT: .*; LOG_LEVEL: /);
  });

  test('production runs nothing that was not registered', () => {
    const production = { NODE_ENV: 'production', XINQIAO_ISSUER: 'i', XINQIAO_AUDIENCE: 'a' };
    expect(() => loadConfig({ ...production, XINQIAO_UNREGISTERED_OPERATIONS: 'allow' })).toThrow(
      'cannot be allow in production',
    );
  });

  test('production names what a process needs beside, at once with what is wrong', () => {
    expect(() => loadConfig({ NODE_ENV: 'production', PORT: 'x', XINQIAO_ISSUER: 'i' }, ['XINQIAO_JWKS'])).toThrow(
      new ConfigError([
        'PORT: expected a whole number from 0 to 65535',
        'XINQIAO_AUDIENCE is required in production',
        'XINQIAO_JWKS is required in production',
      ]),
    );
    expect(loadConfig({}, ['XINQIAO_JWKS']).environment).toBe('development');
  });

  test('production names its issuer and audience itself', () => {
    expect(() => loadConfig({ NODE_ENV: 'production' })).toThrow(
      'XINQIAO_ISSUER is required in production; XINQIAO_AUDIENCE is required in production',
    );
  });
});
