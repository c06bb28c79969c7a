import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policyDirectories } from './load-policies.ts';
import { watchDirectories } from './watch-directories.ts';

let folder: string;
let current: string;
let close = () => {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watched-'));
  current = release('1');
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true });
});

const PURPOSE = 'purposes/A.yaml';

/** Makes a release of the policies. */
function release(name: string): string {
  const directory = join(folder, name);
  put(join(directory, PURPOSE), `release ${name}`);
  return directory;
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Watches a directory of policies; what it answers with resolves with the text of one of its files as it is when a change of it has been seen. */
function watched(directory: string, file = PURPOSE) {
  let called = () => {};
  ({ close } = watchDirectories(
    () => policyDirectories(directory),
    () => called(),
  ));
  return (change: () => void) =>
    new Promise<string>((resolve) => {
      called = () => resolve(readFileSync(join(directory, file), 'utf8'));
      change();
    });
}

function exchange(old: string, next: string): void {
  renameSync(old, join(folder, 'old'));
  renameSync(next, old);
}

function removeAndMakeAnew(): void {
  rmSync(current, { recursive: true });
  put(join(current, PURPOSE), 'release 2');
}

describe('a change is seen', () => {
  test('of a file, and of every later one', async () => {
    const after = watched(current);
    for (const text of ['x', 'y']) expect(await after(() => put(join(current, PURPOSE), text))).toBe(text);
  });

  test.each<[what: string, replace: () => void]>([
    ['directory that is replaced by rename', () => exchange(current, release('2'))],
    ['directory below that is replaced by rename', () => exchange(join(current, 'purposes'), join(release('2'), 'purposes'))],
    ['directory that is removed and made anew', removeAndMakeAnew],
  ])('of a %s, and of what stands there then', async (_, replace) => {
    const after = watched(current);
    expect(await after(replace)).toBe('release 2');
    for (const text of ['x', 'y']) expect(await after(() => put(join(current, PURPOSE), text))).toBe(text);
  });

  test('of a link that is turned to another release, and of what stands there then', async () => {
    const link = join(folder, 'link');
    symlinkSync('1', link);
    const after = watched(link);
    release('2');
    const turn = () => {
      symlinkSync('2', join(folder, 'next'));
      renameSync(join(folder, 'next'), link);
    };
    expect(await after(turn)).toBe('release 2');
    for (const text of ['x', 'y']) expect(await after(() => put(join(folder, '2', PURPOSE), text))).toBe(text);
  });

  test('of what a file that is a link leads to, rewritten or replaced', async () => {
    const [link, target] = [join(current, PURPOSE), join(folder, 'kept', 'A.yaml')];
    put(target, 'kept');
    rmSync(link);
    symlinkSync(target, link);
    const after = watched(current);
    expect(await after(() => put(target, 'rewritten'))).toBe('rewritten');
    const replace = () => {
      put(`${target}.next`, 'replaced');
      renameSync(`${target}.next`, target);
    };
    expect(await after(replace)).toBe('replaced');
  });

  test('in a directory that was not there at first', async () => {
    const template = 'authorization-templates/B.yaml';
    const after = watched(current, template);
    for (const text of ['x', 'y', 'z']) expect(await after(() => put(join(current, template), text))).toBe(text);
  });
});
