import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPolicies } from './current-policies.ts';
import { diffPolicies } from './diff-policies.ts';
import { PolicyError } from './fault.ts';
import { catalogue, policies, policyFiles, TODAY } from './policies.fixture.ts';
import { keepVersion, readVersion } from './versions.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
let directory: string;
let versionsDirectory: string;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  directory = join(folder, 'policies');
  versionsDirectory = join(folder, 'versions');
  for (const [name, text] of policyFiles) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

const create = () =>
  createPolicies({ directory, catalogue, clock: () => NOW, keep: (version) => keepVersion(versionsDirectory, version) });

function edit(from: string, to: string): void {
  const file = join(directory, 'purposes/PUBLIC_QUERY.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

it('a changed file takes effect at a reload, without a restart', () => {
  const current = create();
  expect(current.reload()).toEqual({ loaded: true, changed: false, hash: policies.hash, faults: [], at: NOW });
  edit('PERSONAL: mask', 'PERSONAL: withhold');
  const report = current.reload();
  expect(report).toMatchObject({ loaded: true, changed: true });
  expect(report.hash).not.toBe(policies.hash);
  expect(current.current().hash).toBe(report.hash);
});

it('a bad file keeps the old policies and says where it is bad', () => {
  const current = create();
  const before = current.current();
  edit('actors: [PUBLIC]', 'actors: [EVERYBODY]');
  const report = current.reload();
  expect(report).toMatchObject({ loaded: false, changed: false, hash: policies.hash });
  expect(report.faults[0]?.at).toBe('purposes/PUBLIC_QUERY.yaml:8');
  expect(current.current()).toBe(before);
});

it('another schema is adopted with the policies that decide it, and kept to by the next reload', () => {
  const current = create();
  const wider = new Map([...catalogue, ['Tax.audited', { ...catalogue.get('Tax.hasArrears')!, coordinate: 'Tax.audited' }]]);
  expect(current.adopt(wider).catalogue).toBe(wider);
  expect(current.current().hash).not.toBe(policies.hash);
  expect(current.reload()).toMatchObject({ loaded: true, changed: false });
});

it('a schema that the policies cannot decide is not adopted', () => {
  const current = create();
  const narrower = new Map([...catalogue].filter(([coordinate]) => coordinate !== 'Registration.officers'));
  expect(() => current.adopt(narrower)).toThrow('the schema has no Registration.officers');
  expect(current.reload()).toEqual({ loaded: true, changed: false, hash: policies.hash, faults: [], at: NOW });
});

it('a gateway does not start with policies that cannot be used', () => {
  edit('actors: [PUBLIC]', 'actors: [EVERYBODY]');
  expect(create).toThrow(PolicyError);
});

it('every version that was in force is kept by its hash and decides as it did', () => {
  const current = create();
  edit('PERSONAL: mask', 'PERSONAL: withhold');
  current.reload();
  const kept = readVersion(versionsDirectory, policies.hash);
  expect(kept.hash).toBe(policies.hash);
  expect(diffPolicies(policies, kept, TODAY)).toEqual([]);
  expect(readVersion(versionsDirectory, current.current().hash).hash).toBe(current.current().hash);
});

it.each([
  ['a name that is no hash', '../secret'],
  ['a version that was not kept', 'a'.repeat(64)],
])('%s is refused', (_what, hash) => {
  create();
  expect(() => readVersion(versionsDirectory, hash)).toThrow(PolicyError);
});

it('a kept version that was tampered with is refused', () => {
  create();
  const file = join(versionsDirectory, `${policies.hash}.json`);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"WITHHOLD"', '"REVEAL"'));
  expect(() => readVersion(versionsDirectory, policies.hash)).toThrow('does not have the hash of its name');
  writeFileSync(file, '{}');
  expect(() => readVersion(versionsDirectory, policies.hash)).toThrow(PolicyError);
});
