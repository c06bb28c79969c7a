import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatVerifierKey, parseNote, parseVerifierKey, verifyNote } from '../../gateway/querylog/signed-note.ts';
import { formatAddCheckpoint } from '../../gateway/witness/add-checkpoint.ts';
import { LOG, logOf } from '../../gateway/witness/witness.fixture.ts';
import { runCommand, startCommand } from '../../test/support/command.ts';

const log = logOf('honest', 20);
let directory: string;
let key: string;
const verifierKeys: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'witness-'));
  key = join(directory, 'w1.pem');
  writeFileSync(join(directory, 'logs'), `# what we follow\n${formatVerifierKey(LOG.verifierKey)}\n`);
  const made = await runCommand(['witness', 'key', key, '--name', 'witness.example/w1', '--json']);
  verifierKeys.push((JSON.parse(made.stdout) as { verifierKey: string }).verifierKey);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An option that is given again replaces what stands here. */
const serving = () => {
  const identity = ['--name', 'witness.example/w1', '--key', key, '--logs', join(directory, 'logs')];
  return ['witness', 'serve', ...identity, '--data', join(directory, 'state'), '--port', '0', '--json'];
};
const serve = () => startCommand(serving());
const listed = (text: string) => {
  writeFileSync(join(directory, 'listed'), text);
  return join(directory, 'listed');
};
/** A directory whose lock says that a process on another host, or under an older name of this one, has it. */
const lockedElsewhere = () => {
  const data = join(directory, 'elsewhere');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'lock'), JSON.stringify({ token: 't', host: 'elsewhere', pid: 7, started: '', socket: '' }));
  return data;
};
const add = async (url: string, body: string) => {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, text: await response.text() };
};

describe('xinqiao witness', () => {
  test('keeps the private key to its owner, and never writes over one', async () => {
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const before = readFileSync(key, 'utf8');
    expect(await runCommand(['witness', 'key', key, '--name', 'witness.example/w1'])).toMatchObject({
      end: 1,
      stderr: expect.stringContaining(`<file> ${key}: the file is there already`),
    });
    expect(readFileSync(key, 'utf8')).toBe(before);
  });

  test('signs by no other name than its key was made for', async () => {
    const { end, stderr } = await runCommand([
      'witness',
      'serve',
      '--name',
      'w2',
      '--key',
      key,
      '--logs',
      join(directory, 'logs'),
    ]);
    expect([end, stderr]).toEqual([1, expect.stringContaining('give --name witness.example/w1, or make a key for w2')]);
  });

  test.each([
    ['no key', () => ['--key', 'none.pem'], '--key none.pem：没有此文件或目录'],
    ['a key that is none', () => ['--key', join(directory, 'logs')], '/logs: 不是见证密钥'],
    ['no list of logs', () => ['--logs', 'none'], '--logs none: there is no such file or directory'],
    ['a list of nothing', () => ['--logs', listed('# nobody\n')], '/listed: 没有公钥。 It names no log'],
    [
      'a line that is no key',
      () => ['--logs', listed('# a comment\n\nhello\n')],
      '/listed:3: 不是验证公钥。 Not a verifier key. 每行一个',
    ],
    ['the key of a witness', () => ['--logs', listed(verifierKeys[0]!)], '/listed:1: 这是见证的公钥'],
    ['a directory below a file', () => ['--data', join(key, 'x')], '/w1.pem/x: 见证无法在此保存所见（ENOTDIR）'],
    [
      'a directory of another machine',
      () => ['--data', lockedElsewhere()],
      `process 7 on elsewhere. 若该机器上已无此进程，或本机曾用此名，请删除 `,
    ],
    ['a directory that the system does not make', () => ['--data', '/proc/x'], '--data /proc/x: 见证无法在此保存所见（'],
  ])('given %s, says which and what is expected, and ends', async (_, given, said) => {
    const { end, stderr } = await runCommand([...serving(), ...given()]);
    expect([end, stderr]).toEqual([1, expect.stringContaining(said)]);
  });

  test('takes a key that was made before keys said for whom', async () => {
    const old = join(directory, 'old.pem');
    writeFileSync(old, readFileSync(key, 'utf8').replace(/^.*\n/, ''));
    const running = startCommand([...serving(), '--key', old]);
    await running.untilSaid('witness.example/w1');
    expect(await running.stop('SIGTERM')).toBe(0);
  });

  test('with nothing else running cosigns, is killed, and has forgotten nothing', { timeout: 60_000 }, async () => {
    const first = serve();
    const ready = JSON.parse(await first.untilSaid('"url"')) as { url: string; verifierKey: string };
    expect(ready.verifierKey).toBe(verifierKeys[0]);
    const { status, text } = await add(ready.url, formatAddCheckpoint(0n, [], log.note(7)));
    expect(status).toBe(200);
    expect(verifyNote(parseNote(log.note(7) + text), [parseVerifierKey(ready.verifierKey)])).toHaveLength(1);
    await first.stop('SIGKILL');

    const second = serve();
    const { url } = JSON.parse(await second.untilSaid('"url"')) as { url: string };
    expect(await add(url, formatAddCheckpoint(0n, [], log.note(9)))).toEqual({ status: 409, text: '7\n' });
    const spoiled = formatAddCheckpoint(7n, [Buffer.alloc(32)], log.note(9));
    expect((await add(url, spoiled)).status).toBe(422);
    const unproven = await second.untilSaid('UNPROVEN: city.example/log at size 9');
    expect(readFileSync(unproven.slice(unproven.indexOf('kept: ') + 6), 'utf8')).toBe(spoiled);
    expect(second.lines.join()).not.toContain('FORK ALARM');
    expect((await add(url, formatAddCheckpoint(7n, [], logOf('forked', 7).note(7)))).status).toBe(409);
    const fork = await second.untilSaid('FORK ALARM: city.example/log signed two trees of size 7');
    expect(readFileSync(fork.slice(fork.indexOf('kept: ') + 6), 'utf8')).toContain(logOf('forked', 7).note(7));
    const third = serve();
    expect(await third.ended).toBe(1);
    expect(await second.stop('SIGHUP')).toBe(0);
  });
});
