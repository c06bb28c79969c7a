import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const lines = readFileSync('deploy/Dockerfile', 'utf8').split('\n');
const ignored = readFileSync('.dockerignore', 'utf8').split('\n');

/** Sources of every COPY from the build context; those of an earlier stage are left out. */
const sources = lines
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.slice('COPY '.length).split(/\s+/).slice(0, -1));

describe('deploy/Dockerfile', () => {
  test.each(sources)('copies %s, which exists and which .dockerignore lets through', (source) => {
    expect(existsSync(source)).toBe(true);
    expect(ignored).toContain(`!${source.replace(/^\.\//, '')}`);
  });

  test('copies every folder that the command line imports', () => {
    expect(sources).toEqual(expect.arrayContaining(['cli', 'database', 'gateway', 'policies', 'schema', 'subgraphs']));
  });

  test('starts a file that exists', () => {
    const entrypoint = JSON.parse(lines.find((line) => line.startsWith('ENTRYPOINT '))!.slice('ENTRYPOINT '.length)) as string[];
    expect(entrypoint[0]).toBe('node');
    expect(existsSync(entrypoint.at(-1)!)).toBe(true);
  });

  test('starts it with the flags of `npm start`', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const entrypoint = JSON.parse(lines.find((line) => line.startsWith('ENTRYPOINT '))!.slice('ENTRYPOINT '.length)) as string[];
    expect(`${entrypoint.join(' ')} start`).toBe(scripts['start']);
  });

  test('installs production packages only, from the lock, and runs as an ordinary user', () => {
    expect(lines).toContain('RUN npm ci --omit=dev');
    expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER node');
  });

  test('builds on a Node that package.json accepts', () => {
    expect(lines.find((line) => line.startsWith('ARG NODE_IMAGE='))).toMatch(/=node:(20|22|24)-/);
  });
});
