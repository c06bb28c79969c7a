import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** All that a gateway runs from. */
const PARTS = ['cli', 'database', 'gateway', 'policies', 'schema', 'subgraphs', 'package.json', 'tsconfig.json'];

/** One fault planted in the source: in a file, these texts in place of those. */
export interface Mutation {
  file: string;
  replacements: readonly (readonly [from: string, to: string])[];
}

/** A copy of the project with a fault in it. */
export interface Mutant {
  /** Its command, as {@link startCommand} takes it. */
  bin: string;
  remove(): Promise<void>;
}

/** Plants a fault in a copy of the project. Rejects when a text to be replaced is not there: the source has moved on, and the mutant must follow. */
export async function plantMutant({ file, replacements }: Mutation): Promise<Mutant> {
  const folder = await mkdtemp(join(tmpdir(), 'xinqiao-mutant-'));
  for (const part of PARTS) await cp(join(PROJECT, part), join(folder, part), { recursive: true });
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  let source = await readFile(join(folder, file), 'utf8');
  for (const [from, to] of replacements) {
    if (!source.includes(from)) throw new Error(`${file} does not contain: ${from}`);
    source = source.replace(from, to);
  }
  await writeFile(join(folder, file), source);
  return { bin: join(folder, 'cli', 'bin.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
