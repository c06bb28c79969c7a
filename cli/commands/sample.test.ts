import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runHere } from '../log/log-directory.fixture.ts';
import { FEWEST_SUBJECTS } from '../sample/generate-city.ts';
import { registerSample } from './sample.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'xinqiao-sample-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the commands it prints find the files from where it was called', async () => {
  const { printed } = await runHere((program) => registerSample(program), ['sample', '--subjects', '5', '--out', folder], {});
  expect(printed).toMatch(new RegExp(`^${FEWEST_SUBJECTS} subjects, `));
  const files = [...printed.matchAll(/npx xinqiao import \S+ (\S+) --department/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
