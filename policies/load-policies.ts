import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Catalogue } from '../schema/classification.ts';
import { parseTemplate } from './authorization-template.ts';
import { parseExportLimits } from './export-limits.ts';
import { PolicyError } from './fault.ts';
import type { PolicyFault } from './fault.ts';
import { parseMasks } from './masks-file.ts';
import type { PolicySource, PurposeSource } from './policy-source.ts';
import { compilePolicies } from './policy-set.ts';
import type { PolicySet } from './policy-set.ts';
import { parsePurpose } from './purpose-file.ts';
import { parseReviewRules } from './review-rules.ts';
import { clientSchema } from './clients.ts';
import { registrationSchema } from './registration.ts';
import { sealSchema } from './seals.ts';
import { validatePolicies } from './validate-policies.ts';
import { readYaml, validateYaml } from './yaml-file.ts';

const REVIEW_RULES = 'review-rules.yaml';
const EXPORTS = 'exports.yaml';

/** The text of every policy file by its path below the policy directory, with `/` between. */
export type PolicyFiles = ReadonlyMap<string, string>;

/**
 * Reads, parses and compiles a policy directory: `policy-set.yaml`, `masks.yaml`, `purposes/*.yaml` and, where there are any,
 * `authorization-templates/*.yaml`, `review-rules.yaml` and `exports.yaml`.
 * @throws {PolicyError} with every fault, each at its file and line; nothing is half loaded.
 */
export function loadPolicies(directory: string, catalogue: Catalogue): PolicySet {
  return compileFiles(readPolicyFiles(directory), catalogue);
}

/** As {@link loadPolicies}, from files already read (a git revision, a test). */
export function compileFiles(files: PolicyFiles, catalogue: Catalogue): PolicySet {
  const source = parsePolicies(files);
  const faults = validatePolicies(source, catalogue);
  if (faults.length > 0) throw new PolicyError(faults);
  return compilePolicies(source, catalogue);
}

const TEMPLATES = 'authorization-templates';

/** The directories whose files are the policies of one directory. */
export function policyDirectories(directory: string): string[] {
  const templates = join(directory, TEMPLATES);
  return [directory, join(directory, 'purposes'), ...(existsSync(templates) ? [templates] : [])];
}

/** The policy files of a directory. @throws {PolicyError} when it cannot be read, or holds a file that would not be. */
export function readPolicyFiles(directory: string): PolicyFiles {
  try {
    const misnamed = policyDirectories(directory).flatMap(misnamedIn);
    if (misnamed.length > 0) throw new PolicyError(misnamed);
    const purposes = readdirSync(join(directory, 'purposes'))
      .filter(isYaml)
      .map((name) => `purposes/${name}`);
    const templates = templatesIn(join(directory, TEMPLATES));
    const optional = [REVIEW_RULES, EXPORTS].filter((name) => existsSync(join(directory, name)));
    const names = ['policy-set.yaml', 'masks.yaml', ...optional, ...purposes.sort(), ...templates.sort()];
    return new Map(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  } catch (error) {
    if (error instanceof PolicyError) throw error;
    throw new PolicyError([{ at: directory, message: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` }]);
  }
}

/** A city in which nobody authorizes anybody needs no templates. */
function templatesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter(isYaml)
    .map((name) => `${TEMPLATES}/${name}`);
}

/** Parses policy files. @throws {PolicyError} with the faults of all files. */
function parsePolicies(files: PolicyFiles): PolicySource {
  const faults: PolicyFault[] = [];
  const collect = <T extends { faults: readonly PolicyFault[] }>(result: T): T => {
    faults.push(...result.faults);
    return result;
  };
  const { masks } = collect(parseMasks('masks.yaml', files.get('masks.yaml') ?? ''));
  const { set } = collect(parseSet('policy-set.yaml', files.get('policy-set.yaml') ?? ''));
  const { review } = collect(parseReviewRules(REVIEW_RULES, files.get(REVIEW_RULES)));
  const { exports } = collect(parseExportLimits(EXPORTS, files.get(EXPORTS)));
  const purposes = [...files]
    .filter(([name]) => name.startsWith('purposes/'))
    .map(([name, text]) => collect(parsePurpose(name, text)).purpose)
    .filter((purpose) => purpose !== undefined);
  const templates = [...files]
    .filter(([name]) => name.startsWith(`${TEMPLATES}/`))
    .map(([name, text]) => collect(parseTemplate(name, text)).template)
    .filter((template) => template !== undefined);
  faults.push(...overlaps(purposes));
  if (purposes.length === 0 && faults.length === 0) faults.push({ at: 'purposes', message: 'there is no purpose' });
  if (faults.length > 0 || set === undefined) throw new PolicyError(faults);
  return {
    version: set.version,
    masks,
    purposes,
    filters: new Map(Object.entries(set.filters)),
    thresholds: new Map(Object.entries(set.thresholds)),
    undisclosed: new Map(Object.entries(set.undisclosed)),
    seals: set.seals,
    clients: set.clients,
    registration: set.registration,
    templates,
    review,
    exports,
  };
}

const words = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const setSchema = v.strictObject({
  version: words,
  filters: v.optional(v.record(v.string(), words), {}),
  thresholds: v.optional(v.record(v.string(), words), {}),
  undisclosed: v.optional(v.record(v.string(), words), {}),
  seals: v.optional(v.array(sealSchema), []),
  clients: v.optional(v.array(clientSchema), []),
  registration: v.optional(v.array(registrationSchema), []),
});

function parseSet(
  name: string,
  text: string,
): { set: v.InferOutput<typeof setSchema> | undefined; faults: readonly PolicyFault[] } {
  const { file, faults } = readYaml(name, text);
  if (faults.length > 0) return { set: undefined, faults };
  const { value, faults: wrong } = validateYaml(setSchema, file);
  return { set: value, faults: wrong };
}

/** Two files may hold one purpose in different periods; on one day there is at most one. */
function overlaps(purposes: readonly PurposeSource[]): PolicyFault[] {
  // With a blank between: no other code comes between two periods of one.
  const placeOf = ({ code, effective }: PurposeSource) => `${code} ${effective.from}`;
  const ordered = [...purposes].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  return ordered.flatMap((purpose, index) => {
    const previous = ordered[index - 1];
    if (previous?.code !== purpose.code) return [];
    if (previous.effective.to !== undefined && previous.effective.to < purpose.effective.from) return [];
    return [{ at: purpose.at, message: `${purpose.code}: is in force on the same day as ${previous.at}` }];
  });
}

/** Whoever wrote it would believe it in force. */
function misnamedIn(directory: string): PolicyFault[] {
  return readdirSync(directory)
    .filter((name) => /\.ya?ml$/i.test(name) && !isYaml(name))
    .map((name) => ({ at: join(directory, name), message: 'is not read: the name of a policy file ends in .yaml' }));
}

function isYaml(name: string): boolean {
  return name.endsWith('.yaml');
}
