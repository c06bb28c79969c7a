import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that start processes or ask a city thousands of times. */
const LONG = /\/test\/|\.faults\.test\.ts$/;

/**
 * The longest files first: where no earlier run tells how long each takes, Vitest goes by their size, and these are small. Begun last, one
 * would be waited for by a worker that has nothing else to do.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => (LONG.test(moduleId) ? 0 : 1);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  // As Node itself resolves: Vite would take graphql's ES modules here and its CommonJS inside Apollo, two copies of one schema.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    // A worker loads the modules once, not anew for each file: a third of the whole run. What a test replaces it gives back.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Each worker may hold an embedded PostgreSQL of several hundred megabytes.
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    // What is tested is what happens, not how fast: some tests write 40,000 entries, and machines are shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { NODE_ENV: 'test' },
  },
});
