import type { Db } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';

/** An authorization of the leak test, as the bank's question names it and the oracle reads it. */
export interface LeakAuthorization {
  id: string;
  /** Credit code of the subject that granted it. */
  code: string;
  organization: string;
  purpose: string;
  from: string;
  to: string;
  categories: readonly string[];
  fields?: readonly string[];
}

const SCOPES = [
  { categories: ['REGISTRATION', 'LICENSE', 'PENALTY', 'TAX', 'SOCIAL_SECURITY', 'UTILITY'] },
  { categories: ['TAX'] },
  { categories: ['SOCIAL_SECURITY', 'UTILITY'] },
  {
    categories: ['TAX', 'UTILITY'],
    fields: ['TaxStanding.paidAtLeast', 'TaxStanding.arrears', 'TaxArrears.taxType', 'UtilityStanding.noArrearsSince'],
  },
];
const WINDOWS = [
  { from: '2024-06-01', to: '2026-05-31' },
  { from: '2025-02-15', to: '2026-03-10' },
];

/**
 * Writes authorizations that hold: of every subject, for both loan purposes and every scope by turns. Straight into the table: how one
 * comes about is tested elsewhere.
 */
export async function grantAuthorizations(
  db: Db,
  {
    subjectKey,
    codes,
    keyThumbprint,
    matter,
  }: { subjectKey: string; codes: readonly string[]; keyThumbprint: string; matter: string },
): Promise<LeakAuthorization[]> {
  const granted = codes.flatMap((code, place) =>
    ['LOAN_PRE', 'LOAN_POST'].map((purpose, half): LeakAuthorization => {
      const turn = 2 * place + half;
      const scope = SCOPES[turn % SCOPES.length];
      const window = WINDOWS[(turn >> 2) % WINDOWS.length];
      if (scope === undefined || window === undefined) throw new Error('no scope');
      return { id: `leak-${turn}`, code, organization: `organization-${turn % 3}`, purpose, ...window, ...scope };
    }),
  );
  for (const { id, code, organization, purpose, from, to, categories, fields } of granted) {
    const subject = subjectId(subjectKey, { type: 'USCC', value: code });
    const terms = {
      id,
      subject,
      grantee: { organization, keyThumbprint },
      purpose,
      scope: { categories, ...(fields && { fields }) },
      dataFrom: from,
      dataTo: to,
      notBefore: '2026-01-01T00:00:00Z',
      expiresAt: '2099-01-01T00:00:00Z',
      maxUses: 1_000_000,
      maxUsesPerDay: 1_000_000,
      dataLifeDays: 1,
      matter,
      template: { id: purpose, version: '2026.1' },
      noticeHash: '',
    };
    await db.query(
      `insert into authorizations.record (id, state, subject, grantee, key_thumbprint, purpose, matter, terms, artefact, digest, jws, not_before,
         expires_at, lapses_at, max_uses, max_uses_per_day, reservation_seconds, needs_open_loan, requested_at)
       values ($1, 'ACTIVE', $2, $3, $4, $5, $6, $7, '{}', '', '', $8, $9, $9, $10, $10, 60, false, $8)`,
      [
        id,
        subject,
        organization,
        keyThumbprint,
        purpose,
        matter,
        canonicalJson(terms),
        terms.notBefore,
        terms.expiresAt,
        terms.maxUses,
      ],
    );
  }
  return granted;
}
