import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

it('ends quietly when the reader of its output has seen enough', { timeout: 60_000 }, () => {
  const script =
    'set -o pipefail; node cli/bin.js policy matrix 2>&1 >/dev/null | cat; node cli/bin.js policy matrix | head -n 1';
  const output = execFileSync('bash', ['-c', `${script}; echo "status \${PIPESTATUS[0]}"`], { cwd: ROOT, encoding: 'utf8' });
  expect(output).toMatch(/^[A-Z_]+ · [A-Z_]+\nstatus 0\n$/);
});
