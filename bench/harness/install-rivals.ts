import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RIVALS = fileURLToPath(new URL('../rivals', import.meta.url));

/** Installs the packages that only benchmarks need, once. Throws when npm cannot. */
export function installRivals(): void {
  if (existsSync(`${RIVALS}/node_modules/.package-lock.json`)) return;
  process.stderr.write('Installing the rivals, once …\n');
  execFileSync('npm', ['--prefix', RIVALS, 'ci', '--no-audit', '--no-fund'], { stdio: ['ignore', 'ignore', 'inherit'] });
}
