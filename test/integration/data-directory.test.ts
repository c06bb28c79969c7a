import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateCity, type Manifest } from '../../cli/sample/generate-city.ts';
import { type RunningCommand, runCommand, startCommand } from '../support/command.ts';
import { type Answered, askAt } from './deployment.ts';
import { BASE_DATE, CLOCK_OFFSET_MS } from './test-city.ts';

/** A process starts in two seconds where it is alone, and in many where eight others are starting. */
const PROCESSES_MS = 120_000;

describe('a data directory', { timeout: PROCESSES_MS }, () => {
  let folder: string;
  let environment: Record<string, string>;
  let manifest: Manifest;
  let server: RunningCommand;
  let url: string;
  let before: Answered;
  let token: string;

  const start = async () => {
    server = startCommand(['start', '--empty'], environment);
    url = await server.untilReady();
  };
  const ask = async () => {
    const query =
      'query Named($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name registration { contactPhone } } }';
    const variables = { code: manifest.demonstration.unifiedSocialCreditCode };
    return askAt(url, { query, variables, token, purpose: 'DAILY_SUPERVISION', matter: '云监〔2026〕第1号' });
  };
  const tail = async () => {
    const { end, stdout } = await runCommand(['log', 'tail', '--json'], environment);
    expect(end).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { index: string; entry: { matter: string; operation: { name: string } } });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xinqiao-directory-'));
    environment = {
      NODE_ENV: 'development',
      PORT: '0',
      XINQIAO_DATA: join(folder, 'data'),
      XINQIAO_TEST_CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
    };
    manifest = await generateCity({ subjects: 0, seed: 1, outDirectory: join(folder, 'city'), baseDate: BASE_DATE });
    await start();
  }, PROCESSES_MS);

  afterAll(async () => {
    await server?.stop('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }, PROCESSES_MS);

  test('takes a file in, and shows its log, through the server that has it open', async () => {
    const args = ['import', 'registrations', join(folder, 'city', 'registrations.csv'), '--department', 'registry', '--json'];
    const { end, stdout } = await runCommand(args, environment);
    expect(end).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ accepted: manifest.files[0]?.rows, rejected: 0 });

    const issued = await runCommand(
      ['token', '--actor', 'DEPARTMENT', '--org', 'licensing-bureau', '--operator', 'clerk'],
      environment,
    );
    expect(issued).toEqual({ end: 0, stderr: '', stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
    token = issued.stdout.trim();
    before = await ask();
    expect(before).toMatchObject({
      status: 200,
      codes: [],
      data: { subject: { name: '云汀市青禾餐饮管理有限公司', registration: { contactPhone: '160****0000' } } },
    });
    expect(await tail()).toMatchObject([
      { index: before.disclosure.receipt?.index, entry: { matter: '云监〔2026〕第1号', operation: { name: 'Named' } } },
    ]);
  });

  test('refuses a second server, naming the process that has it', async () => {
    const { end, stderr } = await runCommand(['start', '--empty'], environment);
    expect(end).toBe(1);
    expect(stderr).toContain(`正由进程 ${server.pid}`);
    expect(stderr).toMatch(/XINQIAO_DATA/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect((await ask()).status).toBe(200);
  });

  test('keeps records, keys and log over a restart, also of a session that is gone, and is ready again', async () => {
    expect(await server.stop('SIGHUP')).toBe(0);
    const whileDown = await tail();
    expect(whileDown.map(({ index }) => index)).toEqual(['0', '1']);
    await start();
    const after = await ask();
    expect(after.data).toEqual(before.data);
    expect(after.disclosure.receipt).toMatchObject({ origin: before.disclosure.receipt?.origin, index: '2' });
    expect(await tail()).toEqual([...whileDown, expect.objectContaining({ index: '2' })]);
  });

  describe('in production', () => {
    const production = () => ({
      ...environment,
      NODE_ENV: 'production',
      XINQIAO_ISSUER: 'https://identity.test',
      XINQIAO_AUDIENCE: 'xinqiao',
    });

    test('issues no token', async () => {
      const { end, stdout, stderr } = await runCommand(['token', '--actor', 'AUDITOR', '--org', 'audit-office'], production());
      expect({ end, stdout }).toEqual({ end: 1, stdout: '' });
      expect(stderr).toContain('NODE_ENV=production issues no tokens');
    });

    test('starts with no secret that was made for development', async () => {
      expect(await server.stop('SIGTERM')).toBe(0);
      const bare = await runCommand(['start', '--empty'], production());
      expect(bare.end).toBe(1);
      for (const name of [
        'XINQIAO_SUBJECT_KEY',
        'XINQIAO_PSEUDONYM_KEY',
        'XINQIAO_JWKS',
        'XINQIAO_CONTEXT_KEY_FILE',
        'XINQIAO_LOG_KEY',
        'XINQIAO_SEAL_KEY',
      ])
        expect(bare.stderr).toContain(`${name} is required in production`);

      const secrets = join(folder, 'data', 'secrets');
      const borrowed = await runCommand(['start', '--empty'], {
        ...production(),
        XINQIAO_SUBJECT_KEY: 'x'.repeat(64),
        XINQIAO_PSEUDONYM_KEY: 'y'.repeat(64),
        XINQIAO_JWKS: join(secrets, 'jwks.json'),
        XINQIAO_CONTEXT_KEY_FILE: join(secrets, 'context.pem'),
        XINQIAO_LOG_KEY: join(secrets, 'log.pem'),
        XINQIAO_SEAL_KEY: 'z'.repeat(64),
      });
      expect(borrowed.end).toBe(1);
      expect(borrowed.stderr).toMatch(/development/);
    });
  });
});
