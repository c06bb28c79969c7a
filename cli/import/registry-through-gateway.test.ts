import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Db } from '../../database/db.ts';
import { loadConfig } from '../../gateway/config.ts';
import { createLogger } from '../../gateway/server/logger.ts';
import { businessRegistrationCheckDigit } from '../../schema/identifiers/business-registration-no.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { settleWaiting } from '../../subgraphs/settle-waiting.ts';
import { AUDIENCE, ISSUER, tokenOf } from '../../test/integration/deployment.ts';
import { cityClock, layFoundations } from '../../test/integration/test-city.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { importRows } from '../../test/support/import-rows.ts';
import { assembleCity, type City } from '../city/assemble.ts';
import { registryThroughGateway, SUBJECTS_PER_REQUEST } from './registry-through-gateway.ts';

const POLICY = new URL('../../policies/purposes/DATA_QUALITY.yaml', import.meta.url);
const USCC = '91999900MA285UXT4W';
const OLD_NUMBER = oldNumber(1);
const PAYMENT = { 工商注册号: OLD_NUMBER, 税款所属期: '2026-01', 税种: '增值税', '实缴金额（元）': '12.34' };
const REGISTRATION = { 统一社会信用代码: USCC, 名称: '云汀市示例有限公司', 登记状态: '存续', 工商注册号: OLD_NUMBER };

/** A valid old number of the fictitious city. */
function oldNumber(serial: number): string {
  const body = `999900${String(serial).padStart(8, '0')}`;
  return body + businessRegistrationCheckDigit(body);
}

/** The registry and the query log have one database, the tax department another. */
let gatewayDb: Db;
let taxDb: Db;
let city: City;
let folder: string;
let url: URL;
let subjectKey: string;
let tokenFor: (department: 'tax' | undefined) => string;
let refusals: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'xinqiao-other-registry-'));
  const foundations = await layFoundations(folder);
  ({ subjectKey } = foundations);
  [gatewayDb, taxDb] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  await taxDb.exec('drop schema registry cascade; drop schema querylog cascade');
  const environment = { NODE_ENV: 'test', PORT: '0', XINQIAO_ISSUER: ISSUER, XINQIAO_AUDIENCE: AUDIENCE };
  const config = loadConfig({ ...foundations.environment, ...foundations.gatewayEnvironment, ...environment });
  city = await assembleCity({ config, db: gatewayDb, logger: createLogger(config), clock: cityClock });
  url = new URL('/graphql', await city.server.start());
  tokenFor = (department) =>
    tokenOf(
      { issuer: foundations.issuer, run: 'test' },
      department ? { actor: 'DEPARTMENT', org: 'tax-bureau', department, operator: 'import' } : { actor: 'PUBLIC' },
    );
}, 60_000);

afterAll(async () => {
  await city.stop();
  await Promise.all([gatewayDb.close(), taxDb.close()]);
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  refusals = [];
  const tables = ['payment', 'payment_version', 'unmatched', 'batch'].map((table) => `delete from tax.${table};`);
  await taxDb.exec(tables.join(' '));
  await gatewayDb.exec('delete from registry.identifier; delete from registry.subject');
});

const options = () => ({ subjectKey, clock: cityClock });
const register = () => importRows(gatewayDb, 'registrations', [REGISTRATION], options());
const throughGateway = (changes: { url?: URL; token?: string; timeoutMs?: number } = {}) =>
  registryThroughGateway({ url, token: tokenFor('tax'), onRefused: (reason) => refusals.push(reason), ...changes });
const pay = (rows: readonly Readonly<Record<string, string>>[], resolve = throughGateway()) =>
  importRows(taxDb, 'tax-payments', rows, { ...options(), resolve });
const logged = async () => {
  const { rows } = await gatewayDb.query<{ canonical: string }>('select canonical from querylog.entry order by seq');
  return rows.map(({ canonical }) => canonical);
};

describe('an old number in a department with a database of its own', () => {
  test('is resolved by the registry through the gateway, on the query log, and no number is stored or logged', async () => {
    await register();
    const before = (await logged()).length;
    expect(await pay([PAYMENT])).toMatchObject({ accepted: 1, waiting: 0 });
    const { rows } = await taxDb.query('select subject_id from tax.payment');
    expect(rows).toEqual([{ subject_id: subjectId(subjectKey, { type: 'USCC', value: USCC }) }]);
    const entries = (await logged()).slice(before);
    expect(entries.map((entry) => JSON.parse(entry))).toMatchObject([
      { purpose: 'DATA_QUALITY', caller: { actor: 'DEPARTMENT', department: 'tax' }, operation: { name: 'OldNumbers' } },
    ]);
    expect(entries.join()).not.toContain(OLD_NUMBER);
    expect(refusals).toEqual([]);
  });

  test('waits while the registry does not know it, and is settled through the gateway once it does', async () => {
    expect(await pay([PAYMENT])).toMatchObject({ accepted: 1, waiting: 1 });
    expect(await pay([PAYMENT])).toMatchObject({ accepted: 0, unchanged: 1, waiting: 0 });
    const settle = () => settleWaiting(taxDb, { clock: cityClock, resolve: throughGateway() });
    expect(await settle()).toEqual({ settled: 0, waiting: 1 });
    await register();
    expect(await settle()).toEqual({ settled: 1, waiting: 0 });
    const { rows } = await taxDb.query('select "row"::text as "row" from tax.unmatched');
    expect(JSON.stringify(rows)).not.toContain(OLD_NUMBER);
    expect(await pay([PAYMENT])).toMatchObject({ accepted: 0, unchanged: 1 });
  });

  test('is asked for once, and together with no more others than the purpose allows', async () => {
    const purpose = parse(await readFile(POLICY, 'utf8')) as { limits: { subjectsPerRequest: number } };
    expect(SUBJECTS_PER_REQUEST).toBe(purpose.limits.subjectsPerRequest);
    const before = (await logged()).length;
    const rows = Array.from({ length: 2.5 * SUBJECTS_PER_REQUEST }, (_, index) => ({
      ...PAYMENT,
      工商注册号: oldNumber(index + 1),
    }));
    await register();
    expect(await pay([...rows, ...rows.map((row) => ({ ...row, 税种: '印花税' }))])).toMatchObject({
      accepted: 500,
      waiting: 498,
    });
    expect((await logged()).length - before).toBe(3);
    expect(refusals).toEqual([]);
  });
});

describe('a gateway that does not answer leaves rows waiting and says why, once', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });
  const answering = async (listener: RequestListener) => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  };
  const two = [PAYMENT, { ...PAYMENT, 工商注册号: oldNumber(2) }];
  const expectsWaiting = async (changes: Parameters<typeof throughGateway>[0], reason: string) => {
    const resolve = throughGateway(changes);
    expect(await pay(two, resolve)).toMatchObject({ accepted: 2, rejected: 0, waiting: 2 });
    expect(await settleWaiting(taxDb, { clock: cityClock, resolve })).toEqual({ settled: 0, waiting: 2 });
    expect(refusals).toEqual([reason]);
  };

  test('nobody listens', () => expectsWaiting({ url: new URL('http://127.0.0.1:1/graphql') }, '无法连接'));
  test('the token is not valid', () => expectsWaiting({ token: 'x' }, 'UNAUTHENTICATED'));
  test('the caller may not use the purpose', () => expectsWaiting({ token: tokenFor(undefined) }, 'PURPOSE_FORBIDDEN'));
  test('it never answers', async () => expectsWaiting({ url: await answering(() => undefined), timeoutMs: 50 }, '无法连接'));
  test('it is something else', async () =>
    expectsWaiting({ url: await answering((_, response) => response.end('<html>')) }, 'HTTP 200'));
  test('it gives other answers than were asked for', async () =>
    expectsWaiting({ url: await answering((_, response) => response.end('{"data":{"subjects":[]}}')) }, 'HTTP 200'));
  test('it withholds ids', async () =>
    expectsWaiting(
      { url: await answering((_, response) => response.end('{"data":{"subjects":[null,{"id":"x"}]}}')) },
      '主体编号未予披露',
    ));

  test('it sends the token elsewhere, which is not followed', async () => {
    let followed = false;
    const elsewhere = await answering((request, response) => {
      if (request.url === '/elsewhere') followed = true;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expectsWaiting({ url: elsewhere }, '无法连接');
    expect(followed).toBe(false);
  });
});
