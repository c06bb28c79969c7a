import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Answered, ask, askUntil, type Bearer, type Deployment, entryOf } from '../deployment.ts';

const AUDITOR: Bearer = { actor: 'AUDITOR', org: 'audit', operator: 'exporter' };
const OFFICE: Bearer = { actor: 'CREDIT_OFFICE', org: 'credit-office', operator: 'duty' };
const REQUEST = `mutation ($filter: QueryLogFilter) {
  requestLogExport(filter: $filter, format: CSV, reason: "年度检查") { id state } }`;
const STATE = 'query ($id: ID!) { logExport(id: $id) { state rowsDone rowsTotal sha256 parts expiresAt } }';
const FETCH = 'mutation ($id: ID!) { fetchLogExport(id: $id, part: 1) { number of text } }';

/** An auditor exports the log in the background and fetches it; every step is on record. */
export function exports(deployment: () => Deployment): void {
  const audit = (query: string, variables: Record<string, unknown>, bearer = AUDITOR): Promise<Answered> =>
    ask(deployment(), { query, variables, bearer, purpose: 'AUDIT_SUPERVISION' });

  test('an export is made in the background, and what is fetched of it is on the log', async () => {
    const looked = await audit('{ checkpoint { treeSize } }', {});
    const { entry } = await entryOf(deployment(), looked.disclosure.receipt);
    const filter = { operator: 'exporter', organization: entry.caller?.organization };
    const requested = await audit(REQUEST, { filter });
    expect(requested).toMatchObject({ status: 200, data: { requestLogExport: { state: 'QUEUED' } } });
    const { id } = requested.data.requestLogExport;
    const question = { query: STATE, variables: { id }, bearer: AUDITOR, purpose: 'AUDIT_SUPERVISION' };
    const { data } = await askUntil(deployment(), question, (answer) => answer.data?.logExport?.state === 'READY');
    expect(Number(data.logExport.rowsTotal)).toBeGreaterThan(0);
    expect(data.logExport.rowsDone).toBe(data.logExport.rowsTotal);

    const fetched = await audit(FETCH, { id });
    const { text, of } = fetched.data.fetchLogExport;
    expect(of).toBe(1);
    expect(text).toContain(entry.requestId);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(sha256).toBe(data.logExport.sha256);
    const { rows } = await deployment().log.query<{ canonical: string }>(
      `select canonical from querylog.entry where canonical like '%"object":"' || $1 || '"%' order by seq`,
      [id],
    );
    expect(rows.map(({ canonical }) => JSON.parse(canonical).act)).toMatchObject([
      { kind: 'EXPORTED' },
      { kind: 'EXPORT_FETCHED', digest: sha256 },
    ]);
  });

  test.each<[string, string, Bearer, string, string]>([
    ['the credit office', REQUEST, OFFICE, 'DATA_QUALITY', 'ACT_FORBIDDEN'],
    ['somebody without the purpose', REQUEST, OFFICE, 'AUDIT_SUPERVISION', 'PURPOSE_FORBIDDEN'],
    ['another auditor, who does not hold it,', FETCH, { ...AUDITOR, operator: 'other' }, 'AUDIT_SUPERVISION', 'NOT_FOUND'],
  ])('%s gets nothing', async (_, query, bearer, purpose, code) => {
    const answer = await ask(deployment(), { query, variables: { id: '0', filter: null }, bearer, purpose });
    expect([answer.codes, answer.data ?? null]).toEqual([[code], null]);
  });

  test('a subject learns that this city tells nobody of looks, and cannot ask for it', async () => {
    const bearer: Bearer = { actor: 'SUBJECT', subject: deployment().manifest.demonstration.unifiedSocialCreditCode };
    const self = (query: string) => ask(deployment(), { query, bearer, purpose: 'SELF_QUERY' });
    expect((await self('{ accessNotifications { available enabled since } }')).data).toEqual({
      accessNotifications: { available: false, enabled: false, since: null },
    });
    expect((await self('mutation { setAccessNotifications(enabled: true) { enabled } }')).codes).toEqual(['NOT_FOUND']);
    const off = await self('mutation { setAccessNotifications(enabled: false) { enabled } }');
    expect([off.status, off.data]).toEqual([200, { setAccessNotifications: { enabled: false } }]);
  });
}
