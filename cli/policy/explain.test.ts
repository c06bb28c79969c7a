import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { POLICIES_DIRECTORY } from '../../policies/policies.fixture.ts';
import type { Actor } from '../../schema/signed-context.ts';
import { explainCell, explainOperation } from './explain.ts';
import { ROOT } from './policy-sources.ts';

const OPTIONS = { policies: POLICIES_DIRECTORY, supergraph: join(ROOT, 'schema/supergraph.graphql') };
const ONE = '{unifiedSocialCreditCode: "91350100M000100Y43"}';
const OTHER = '{unifiedSocialCreditCode: "91999900MB00000195"}';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'explain-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function explained(text: string, asked: { actor: Actor; purpose: string; authorized?: boolean }) {
  const file = join(folder, 'operation.graphql');
  writeFileSync(file, text);
  const caller = { actor: asked.actor, organization: '', developer: false };
  return explainOperation(OPTIONS, {
    authorized: false,
    ...asked,
    file,
    caller,
    variables: {},
    at: Date.parse('2026-06-01T04:00:00Z'),
  });
}

const ITSELF = { actor: 'SUBJECT', purpose: 'SELF_QUERY' } as const;
const BANK = { actor: 'BANK', purpose: 'LOAN_PRE' } as const;

it.each([`{subject(by: ${ONE}) {name}}`, '{mySubject {name}}'])(
  'takes whoever may ask for itself alone for whom the operation asks about: %s',
  (text) => expect(explained(text, ITSELF).revealed).toContain('CreditSubject.name'),
);

it('refuses an old number of whoever asks for itself: whose it is the registry alone knows', () => {
  expect(() => explained('{subject(by: {businessRegistrationNo: "110108000000016"}) {name}}', ITSELF)).toThrow(
    expect.objectContaining({ code: 'PURPOSE_FORBIDDEN' }),
  );
});

it('refuses with an authorization what names others than its subject, and answers it without', () => {
  const text = `{subjects(by: [${ONE}, ${OTHER}]) {name}}`;
  expect(explained(text, BANK).departments).toEqual(['registry']);
  expect(() => explained(text, { ...BANK, authorized: true })).toThrow(
    expect.objectContaining({ code: 'AUTHORIZATION_SUBJECT_MISMATCH' }),
  );
});

it.each([
  ['QueryLogEntry.time', 'DEPARTMENT'],
  ['CreditSubject.id', 'DEPARTMENT'],
  ['Registration.contactPhone', 'CREDIT_OFFICE'],
] as const)('has no rule of its own for what the caller cannot own: %s for %s', (coordinate, actor) => {
  const cell = { purpose: 'DATA_QUALITY', actor, own: true, person: false, coordinate };
  expect(() => explainCell(OPTIONS, cell, '2026-06-01')).toThrow(`--own: ${coordinate} `);
});
