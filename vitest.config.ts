import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node itself resolves: Vite would take graphql's ES modules here and its CommonJS inside Apollo, two copies of one schema.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    // Each worker may hold an embedded PostgreSQL of several hundred megabytes.
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    // What is tested is what happens, not how fast: some tests write 40,000 entries, and machines are shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { NODE_ENV: 'test' },
  },
});
