import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

it('ends quietly when the reader of its output has seen enough', { timeout: 60_000 }, () => {
  const script =
    'set -o pipefail; node cli/bin.js policy matrix 2>&1 >/dev/null | cat; node cli/bin.js policy matrix | head -n 1';
  const output = execFileSync('bash', ['-c', `${script}; echo "status \${PIPESTATUS[0]}"`], { cwd: ROOT, encoding: 'utf8' });
  expect(output).toMatch(/^[A-Z_]+ · [A-Z_]+\nstatus 0\n$/);
});

it.runIf(existsSync('/dev/full'))('goes on when what it says to people cannot be written', { timeout: 60_000 }, () => {
  const script = 'node cli/bin.js import --template tax-payments 2>/dev/full; echo "status $?"';
  expect(execFileSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' })).toMatch(/status 0\n$/);
});
