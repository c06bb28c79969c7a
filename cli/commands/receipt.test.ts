import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { formatVerifierKey } from '../../gateway/querylog/signed-note.ts';
import { LOG, ORIGIN, seededSigner } from '../../gateway/witness/witness.fixture.ts';
import { logDirectory, runHere } from '../log/log-directory.fixture.ts';
import { registerReceipt } from './receipt.ts';

let log: Awaited<ReturnType<typeof logDirectory>>;
let receipts: Receipt[];
let proven: string;
beforeAll(async () => {
  log = await logDirectory();
  proven = path.join(log.directory, 'proven.json');
  receipts = await log.append({}, {}, {});
  await log.sign();
  await run('proof', file(receipts[1]), '--out', proven);
}, 60_000);
afterAll(() => log.close());

const run = (...args: string[]) => runHere(registerReceipt, ['receipt', ...args], log.environment);
const key = formatVerifierKey(LOG.verifierKey);

function file(content: unknown): string {
  const name = path.join(log.directory, 'receipt.json');
  writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

const changed = (from: string | RegExp, to: string) => file(readFileSync(proven, 'utf8').replace(from, to));

describe('xinqiao receipt', () => {
  test('writes the proof of a receipt, and verifies it with no database', async () => {
    const { printed } = await runHere(registerReceipt, ['receipt', 'verify', proven, '--key', key], {});
    expect(printed).toContain(`已证明 Proven: ${ORIGIN} #1（共 of 3）`);
    expect(printed).toContain(key.split('+').slice(0, 2).join('+'));
    expect((await run('verify', proven)).printed).toBe(printed);
  });

  test.each<[string, () => unknown]>([
    ['a receipt', () => receipts[1]],
    ['a whole answer', () => ({ data: {}, extensions: { disclosure: { receipt: receipts[1] } } })],
  ])('prints the proof of %s where no file is named', async (_, content) => {
    expect((await run('proof', file(content()))).printed).toBe(readFileSync(proven, 'utf8'));
  });

  test('has none for an answer that was not put on record', async () => {
    await expect(run('proof', file({ extensions: { disclosure: { receipt: null } } }))).rejects.toThrow('文件不是查询回执');
  });

  test.each<[string, () => string, string]>([
    ['another entry’s hash', () => changed(/"leafHash": "./, '"leafHash": "x'), '文件不是信桥的回执证明'],
    ['another position', () => changed('"index": "1"', '"index": "2"'), '证明不成立'],
    ['another log’s name', () => changed(`"origin": "${ORIGIN}"`, '"origin": "other"'), '检查点属于另一日志'],
    ['a larger size', () => changed(`${ORIGIN}\\n3\\n`, `${ORIGIN}\\n4\\n`), '签名无效'],
    ['nothing of the kind', () => file('{}'), '文件不是信桥的回执证明'],
  ])('proves nothing by a file with %s', async (_, given, message) => {
    await expect(run('verify', given(), '--key', key)).rejects.toThrow(message);
  });

  test('believes no key but those that are given', async () => {
    const stranger = formatVerifierKey(seededSigner(ORIGIN, 7).verifierKey);
    await expect(run('verify', proven, '--key', stranger)).rejects.toThrow('没有可信的日志密钥签名');
    await expect(run('verify', proven, '--key', 'nonsense')).rejects.toThrow('验证密钥');
  });

  test('reads the keys that the file names only where it has no others', async () => {
    const spoiled = changed(/"verifierKeys": \[\s*"/, '$&x');
    await expect(run('verify', spoiled)).rejects.toThrow('文件不是信桥的回执证明');
    expect((await run('verify', spoiled, '--key', key)).exitCode).toBe(0);
  });

  test.each<[string, string[], string]>([
    ['proof', ['none.json'], '<receipt> none.json: there is no such file'],
    ['proof', ['README.md'], '<receipt> README.md: this is no JSON'],
    ['verify', ['none.json'], '<file> none.json: there is no such file'],
  ])('receipt %s %j names the file and what is wrong with it', async (command, args, message) => {
    await expect(run(command, ...args)).rejects.toThrow(message);
  });

  test('has no proof for what the log does not hold, or has not signed yet', async () => {
    const unknown = { ...receipts[0], leafHash: 'a'.repeat(64) };
    await expect(run('proof', file(unknown))).rejects.toThrow('此日志没有这样的记录');
    for (const other of ['{"origin":"x"}', 'null', '7'])
      await expect(run('proof', file(other))).rejects.toThrow('文件不是查询回执');
    const [late] = await log.append({});
    await expect(run('proof', file(late))).rejects.toThrow('检查点尚未签署');
  });
});
