import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PolicyError } from '../../policies/fault.ts';
import { compileFiles, loadPolicies } from '../../policies/load-policies.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { readVersion } from '../../policies/versions.ts';
import { readCatalogue } from '../../schema/classification.ts';
import type { Catalogue } from '../../schema/classification.ts';
import { commitOf, git } from '../git.ts';

/** Where the commands read from unless told otherwise. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Options every policy command takes. */
export interface SourceOptions {
  policies: string;
  supergraph: string;
  /** Directory of versions kept by hash. */
  versions?: string;
}

/** The composed schema's classification. @throws {PolicyError} when the file cannot be read. */
export function readSchema({ supergraph }: SourceOptions): { catalogue: Catalogue; sdl: string } {
  if (!existsSync(supergraph))
    throw new PolicyError([
      { at: supergraph, message: '文件不存在，请运行 xinqiao compose。 It is not there; run `xinqiao compose`.' },
    ]);
  const sdl = readFileSync(supergraph, 'utf8');
  return { catalogue: readCatalogue(sdl), sdl };
}

/**
 * A version by whatever names it: a directory of policy files, the hash of a kept version, or a git revision, which is
 * read with the schema of that revision.
 * @throws {PolicyError} when there is none.
 */
export function loadVersion(name: string, options: SourceOptions): PolicySet {
  if (existsSync(name) && statSync(name).isDirectory()) return loadPolicies(name, readSchema(options).catalogue);
  if (options.versions !== undefined && /^[0-9a-f]{64}$/.test(name)) return readVersion(options.versions, name);
  return loadRevision(name, options);
}

function loadRevision(revision: string, options: SourceOptions): PolicySet {
  const commit = commitOf(ROOT, revision);
  if (commit === undefined)
    throw new PolicyError([
      { at: revision, message: '不是目录、留存版本或 git 版本。 This is no directory, kept version or git revision.' },
    ]);
  const listed = git(ROOT, ['ls-tree', '-r', '--name-only', commit, 'policies/'])?.split('\n') ?? [];
  const names = listed.filter((name) => /^policies\/(((purposes|authorization-templates)\/)?[^/]+)\.yaml$/.test(name));
  const files = new Map(names.map((name) => [name.slice('policies/'.length), git(ROOT, ['show', `${commit}:${name}`]) ?? '']));
  const sdl = git(ROOT, ['show', `${commit}:schema/supergraph.graphql`]);
  return compileFiles(files, sdl === undefined ? readSchema(options).catalogue : readCatalogue(sdl));
}
