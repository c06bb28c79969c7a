import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from '../schema/classification.ts';
import { compileFiles, readPolicyFiles } from './load-policies.ts';
import type { PolicyFiles } from './load-policies.ts';

/** The project's own policy directory, supergraph and classification, for tests. */
export const POLICIES_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));
export const SUPERGRAPH_SDL = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
export const catalogue = readCatalogue(SUPERGRAPH_SDL);
export const policyFiles: PolicyFiles = readPolicyFiles(POLICIES_DIRECTORY);
export const policies = compileFiles(policyFiles, catalogue);
/** A city date on which all purposes of the project are in force. */
export const TODAY = '2026-06-01';

/** The project's files with one text in one file replaced; throws when the text is not there, so that no mutation misses. */
export function mutated(file: string, from: string, to: string): PolicyFiles {
  const text = policyFiles.get(file);
  if (!text?.includes(from)) throw new Error(`${file} does not contain ${from}`);
  return new Map([...policyFiles, [file, text.replace(from, to)]]);
}
