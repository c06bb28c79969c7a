import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FULL = '/dev/full';

/** Logs at these levels, with standard output on a disk that is full, and says on standard error that it goes on. */
function logOnFullDisk(levels: readonly string[]) {
  const program = `
    const { createLogger } = await import('./gateway/server/logger.ts');
    const logger = createLogger({ logLevel: 'info' });
    for (const level of ${JSON.stringify(levels)}) logger[level]('a line');
    setTimeout(() => process.stderr.write('goes on'), 10);`;
  return spawnSync(process.execPath, ['--import', './cli/typescript.js', '--input-type=module', '-e', program], {
    cwd: ROOT,
    stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  });
}

test.runIf(existsSync(FULL)).each([
  ['one line', ['error']],
  ['many lines', Array.from({ length: 200 }, () => 'error')],
  ['a fatal line, which pino flushes', ['error', 'fatal', 'info']],
])('standard output on a full disk loses %s, and nothing else', { timeout: 40_000 }, (_, levels) => {
  const { status, stderr } = logOnFullDisk(levels);
  expect([status, stderr]).toEqual([0, 'goes on']);
});
