import { expect, test } from 'vitest';
import { ask, type Deployment, entryOf } from '../deployment.ts';

/** What the operator, the case and the company are called is kept with the entry, sealed, and is in clear nowhere with the log. */
export function sealedNames(deployment: () => Deployment): void {
  test('names go beside the log, sealed, and into no table in clear', async () => {
    const { manifest, log } = deployment();
    const { disclosure, data } = await ask(deployment(), {
      query: 'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { name } }',
      variables: { code: manifest.demonstration.unifiedSocialCreditCode },
      bearer: { actor: 'DEPARTMENT', org: 'licensing-bureau', operator: 'chu.yunshen', name: '储云深' },
      purpose: 'ADMIN_APPROVAL_CHECK',
      matter: '云审受字〔2026〕第0043号',
      extensions: { matterText: '施工许可延续' },
    });
    const { entry } = await entryOf(deployment(), disclosure.receipt);
    const { operator = '', matter = '', subjects = [] } = entry.sealed ?? {};
    const { rows: kept } = await log.query<{ kind: string; sealed: Uint8Array }>(
      'SELECT kind, sealed FROM querylog.sealed_text WHERE hash = ANY($1::bytea[]) ORDER BY kind',
      [[operator, matter, ...subjects].map((hash) => Buffer.from(hash, 'hex'))],
    );
    expect(kept.map(({ kind }) => kind)).toEqual(['MATTER', 'OPERATOR', 'SUBJECT']);
    const { rows: texts } = await log.query<{ text: string }>(
      `SELECT canonical AS text FROM querylog.entry UNION ALL SELECT value FROM audit.name UNION ALL SELECT encode(sealed, 'escape') FROM querylog.sealed_text`,
    );
    const all = texts.map(({ text }) => text).join('\n');
    expect(all).toContain('chu.yunshen');
    for (const name of ['储云深', '施工许可延续', data.subject.name as string]) expect(all).not.toContain(name);
  });
}
