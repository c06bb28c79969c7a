import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Catalogue, CatalogueEntry } from '../schema/classification.ts';
import { templateSchema } from './authorization-template.ts';
import { canonicalJson } from './canonical-json.ts';
import { keptExportLimits } from './export-limits.ts';
import { PolicyError } from './fault.ts';
import type { PolicySource, PurposeSource } from './policy-source.ts';
import { canonicalContent, compilePolicies } from './policy-set.ts';
import type { PolicySet } from './policy-set.ts';
import { keptReviewRules } from './review-rules.ts';
import { clientSchema } from './clients.ts';
import { registrationSchema } from './registration.ts';
import { sealSchema } from './seals.ts';

/** Keeps a version by its hash, schema included, so that any decision in the query log can be made again. Idempotent. */
export function keepVersion(directory: string, policies: PolicySet): void {
  const file = fileOf(directory, policies.hash);
  if (existsSync(file)) return;
  mkdirSync(directory, { recursive: true });
  // Written beside and renamed: a process that dies here leaves no half version under a hash.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, versionText(policies));
  renameSync(draft, file);
}

/** A version as it is kept: canonical JSON, whose SHA-256 is its hash. */
export function versionText({ source, catalogue }: PolicySet): string {
  return canonicalJson(canonicalContent(source, catalogue));
}

/**
 * A kept version, compiled as it was.
 * @throws {PolicyError} when there is none of this hash, or its content no longer has it.
 */
export function readVersion(directory: string, hash: string): PolicySet {
  if (!HASH.test(hash)) throw new PolicyError([{ at: hash, message: 'is not a policy hash (64 hexadecimal digits)' }]);
  const file = fileOf(directory, hash);
  if (!existsSync(file)) throw new PolicyError([{ at: file, message: 'this version was not kept here' }]);
  const policies = compileContent(readFileSync(file, 'utf8'));
  if (policies?.hash !== hash) throw new PolicyError([{ at: file, message: 'the content does not have the hash of its name' }]);
  return policies;
}

const HASH = /^[0-9a-f]{64}$/;

function fileOf(directory: string, hash: string): string {
  return join(directory, `${hash}.json`);
}

const rulesSchema = v.array(v.looseObject({}));
/** The outer shape only: whether the content is what was kept is told by its hash. */
const contentSchema = v.object({
  policy: v.object({
    version: v.string(),
    masks: v.record(v.string(), v.unknown()),
    filters: v.record(v.string(), v.string()),
    thresholds: v.optional(v.record(v.string(), v.string()), {}),
    undisclosed: v.record(v.string(), v.string()),
    seals: v.optional(v.array(sealSchema), []),
    review: v.optional(v.unknown()),
    exports: v.optional(v.unknown()),
    clients: v.optional(v.array(clientSchema), []),
    registration: v.optional(v.array(registrationSchema), []),
    templates: v.optional(v.array(templateSchema), []),
    purposes: v.array(v.looseObject({ discloses: rulesSchema, own: rulesSchema, authorized: v.optional(rulesSchema, []) })),
  }),
  catalogue: v.array(v.looseObject({ coordinate: v.string() })),
});

function compileContent(text: string): PolicySet | undefined {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), contentSchema), text);
  if (!success) return undefined;
  const { policy, catalogue } = output;
  const located = { at: 'kept version' };
  const purposes = policy.purposes.map((purpose) => ({
    ...purpose,
    ...located,
    discloses: purpose.discloses.map((rule) => ({ ...rule, ...located })),
    own: purpose.own.map((rule) => ({ ...rule, ...located })),
    authorized: purpose.authorized.map((rule) => ({ ...rule, ...located })),
  }));
  const source: PolicySource = {
    version: policy.version,
    masks: new Map(Object.entries(policy.masks)) as unknown as PolicySource['masks'],
    filters: new Map(Object.entries(policy.filters)),
    thresholds: new Map(Object.entries(policy.thresholds)),
    undisclosed: new Map(Object.entries(policy.undisclosed)),
    seals: policy.seals,
    clients: policy.clients,
    registration: policy.registration,
    templates: policy.templates,
    review: keptReviewRules(policy.review),
    exports: keptExportLimits(policy.exports),
    purposes: purposes as unknown as readonly PurposeSource[],
  };
  const entries = catalogue as unknown as readonly CatalogueEntry[];
  return compilePolicies(source, new Map(entries.map((entry) => [entry.coordinate, entry])) satisfies Catalogue);
}
