// Reads vitest's JSON reports and prints `N passed, N failed, N skipped`: each test once, however many runs it was in.
// It failed when any run failed it, passed when some run passed it, and is skipped only when no run ran it.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const ORDER = ['skipped', 'passed', 'failed'];
const verdicts = new Map();
let broken = 0;

for (const path of process.argv.slice(2)) {
  const report = read(path);
  for (const file of report?.testResults ?? []) {
    const name = relative(process.cwd(), file.name);
    // A file that could not be loaded has no tests to count, and is a failure all the same.
    if (file.status === 'failed' && file.assertionResults.length === 0) record(`${name} (did not load)`, 'failed');
    for (const test of file.assertionResults) record(`${name} > ${test.fullName}`, verdictOf(test.status));
  }
  if (report === null || report.numTotalTests === 0) {
    console.error(`${path}: no test ran`);
    broken += 1;
  }
}

const count = (verdict) => [...verdicts.values()].filter((value) => value === verdict).length;
for (const [name, verdict] of verdicts) if (verdict === 'failed') console.error(`failed: ${name}`);
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = broken > 0 || count('failed') > 0 || count('passed') === 0 ? 1 : 0;

function record(name, verdict) {
  const known = verdicts.get(name) ?? 'skipped';
  verdicts.set(name, ORDER.indexOf(verdict) > ORDER.indexOf(known) ? verdict : known);
}

function verdictOf(status) {
  return status === 'passed' || status === 'failed' ? status : 'skipped';
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
