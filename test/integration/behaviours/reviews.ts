import { expect, test } from 'vitest';
import { type Answered, ask, askUntil, type Bearer, type Deployment, entryOf } from '../deployment.ts';

const LI: Bearer = { actor: 'AUDITOR', org: 'audit-office', operator: 'li' };
const ZHAO: Bearer = { actor: 'AUDITOR', org: 'audit-office', operator: 'zhao' };
const CLERK: Bearer = { actor: 'DEPARTMENT', org: 'curious-bureau', department: 'licensing', operator: 'curious', name: '好奇' };
const LOOK = 'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { id name } }';
const QUEUE = `query ($subject: ID!, $rule: String!) {
  reviewAlerts(filter: { subject: $subject, rule: $rule, state: OPEN }) { edges { node { id kind operator sentence entries state } } pageInfo { hasNextPage } }
}`;

/** What an auditor watches is found within seconds, worked on by one, unsealed by two, and all of it is on record. */
export function reviews(deployment: () => Deployment): void {
  const audit = (query: string, variables: Record<string, unknown>, bearer = LI): Promise<Answered> =>
    ask(deployment(), { query, variables, bearer, purpose: 'AUDIT_SUPERVISION' });
  const act = async (field: string, id: string, more = '', bearer = LI) => {
    const answer = await audit(`mutation ($id: ID!) { ${field}(id: $id${more}) { state assignee } }`, { id }, bearer);
    return answer.data?.[field] ?? answer.codes;
  };
  const look = () =>
    ask(deployment(), {
      query: LOOK,
      variables: { code: deployment().manifest.demonstration.unifiedSocialCreditCode },
      bearer: CLERK,
      purpose: 'ADMIN_APPROVAL_CHECK',
      matter: '云审受字〔2026〕第0099号',
    });

  test('a look at a watched subject is an alert, which one auditor explains and two unseal', async () => {
    const subject = (await look()).data.subject.id as string;
    const watch = 'mutation ($subject: ID!) { watchSubject(subject: $subject) { subject operator } }';
    expect((await audit(watch, { subject })).data).toEqual({ watchSubject: { subject, operator: 'li' } });
    const seen = await look();
    const question = { query: QUEUE, variables: { subject, rule: 'RV-10' }, bearer: LI, purpose: 'AUDIT_SUPERVISION' };
    const queue = await askUntil(deployment(), question, ({ data }) => data?.reviewAlerts.edges.length > 0);
    const alert = queue.data.reviewAlerts.edges[0].node;
    expect(alert).toMatchObject({
      kind: 'WATCHED_SUBJECT',
      operator: 'curious',
      state: 'OPEN',
      entries: [String(seen.disclosure.receipt?.index)],
    });
    expect(alert.sentence).toContain(`查询了重点看护的主体 ${subject}`);

    expect(await act('explainAlert', alert.id, ', comment: "好奇系窗口人员"')).toEqual(['ALREADY_DONE']);
    expect(await act('assignAlert', alert.id)).toEqual({ state: 'ASSIGNED', assignee: 'li' });
    expect(await act('explainAlert', alert.id, ', comment: "好奇系窗口人员"', ZHAO)).toEqual(['NOT_FOUND']);

    const asked = await audit('mutation ($id: ID!) { requestUnsealing(alert: $id, reason: "核实本人") { id } }', {
      id: alert.id,
    });
    const { id } = asked.data.requestUnsealing;
    const approve = 'mutation ($id: ID!) { approveUnsealing(id: $id) { approver } }';
    const names = 'query ($id: ID!) { unsealedLooks(unsealing: $id) { index operatorName } }';
    expect((await audit(names, { id })).codes).toEqual(['NOT_FOUND']);
    expect((await audit(approve, { id })).codes).toEqual(['SECOND_PERSON_REQUIRED']);
    expect((await audit(approve, { id }, ZHAO)).data).toEqual({ approveUnsealing: { approver: 'zhao' } });
    expect((await audit(names, { id })).data.unsealedLooks).toEqual([{ index: alert.entries[0], operatorName: '好奇' }]);
    const named = await audit('query ($id: ID!) { unsealedLooks(unsealing: $id) { subjectNames { name } } }', { id });
    expect(named.data.unsealedLooks[0].subjectNames).toEqual([{ name: seen.data.subject.name }]);
    expect((await entryOf(deployment(), named.disclosure.receipt)).entry.subjects.returned).toEqual([subject]);

    const explained = await audit('mutation ($id: ID!) { explainAlert(id: $id, comment: "好奇系窗口人员") { state } }', {
      id: alert.id,
    });
    expect(explained.data).toEqual({ explainAlert: { state: 'EXPLAINED' } });
    expect((await entryOf(deployment(), explained.disclosure.receipt)).entry).toMatchObject({ decision: 'RELEASED' });
    expect(await act('closeAlert', alert.id, '', ZHAO)).toEqual({ state: 'CLOSED', assignee: 'li' });
    const { data } = await audit(
      'query ($id: ID!) { reviewAlert(id: $id) { state steps { kind operator comment } unsealings { requester approver } } }',
      { id: alert.id },
    );
    expect(data.reviewAlert).toEqual({
      state: 'CLOSED',
      steps: [
        { kind: 'ASSIGN', operator: 'li', comment: null },
        { kind: 'EXPLAIN', operator: 'li', comment: '好奇系窗口人员' },
        { kind: 'CLOSE', operator: 'zhao', comment: null },
      ],
      unsealings: [{ requester: 'li', approver: 'zhao' }],
    });
    const { rows } = await deployment().log.query<{ canonical: string }>(
      `SELECT canonical FROM querylog.entry WHERE canonical LIKE '%"' || $1 || '"%' OR canonical LIKE '%"' || $2 || '"%' ORDER BY seq`,
      [alert.id, id],
    );
    const acts = rows.flatMap(({ canonical }) => (JSON.parse(canonical) as { act?: { kind: string } }).act?.kind ?? []);
    expect(acts).toEqual(['ALERT_ASSIGNED', 'UNSEALING_REQUESTED', 'UNSEALING_APPROVED', 'ALERT_EXPLAINED', 'ALERT_CLOSED']);
    expect(rows.map(({ canonical }) => canonical).join()).not.toContain('窗口人员');
    await audit('mutation ($subject: ID!) { unwatchSubject(subject: $subject) { subject } }', { subject });
  });

  test('who looks codes up that are nobody’s is found, and not who looks in the log for as many, or writes a document of no form', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `o-${String(n).repeat(22)}`);
    const as = (operator: string): Bearer => ({ ...LI, operator });
    for (const subject of ids) {
      await audit(
        'query ($subject: ID!) { queryLog(filter: { subject: $subject }) { edges { node { index } } } }',
        { subject },
        as('reader'),
      );
      expect((await audit('{ subjekt { id } }', {}, as('reader'))).codes).toEqual(['INPUT_INVALID']);
      await audit('query ($subject: ID!) { subject(by: { id: $subject }) { id } }', { subject }, as('guesser'));
    }
    const query = `query ($organization: String!) {
      reviewAlerts(filter: { rule: "RV-5", organization: $organization }) { edges { node { operator sentence } } } }`;
    const variables = { organization: `${LI.org}-${deployment().run}` };
    const question = { query, variables, bearer: LI, purpose: 'AUDIT_SUPERVISION' };
    const { data } = await askUntil(deployment(), question, (answer) => answer.data?.reviewAlerts.edges.length > 0);
    expect(data.reviewAlerts.edges).toEqual([
      { node: { operator: 'guesser', sentence: expect.stringContaining('查询的 6 个号码中有 6 个查无主体或不合法') } },
    ]);
  });

  test('tells how much access explains itself, and by which rules', async () => {
    const query = `{ reviewStatistics(from: "2026-01-01", to: "2026-12-31") { day accesses explained alerts }
      reviewRules { id kind thresholds { name value } } watchedSubjects { subject } }`;
    const { data, codes } = await audit(query, {});
    expect(codes).toEqual([]);
    for (const { accesses, explained } of data.reviewStatistics) expect(Number(explained)).toBeLessThanOrEqual(Number(accesses));
    expect(data.reviewRules).toContainEqual({
      id: 'RV-10',
      kind: 'WATCHED_SUBJECT',
      thresholds: [
        { name: 'actors', value: 'DEPARTMENT, CREDIT_OFFICE, BANK' },
        { name: 'days', value: '180' },
      ],
    });
  });

  test.each<[string, Bearer, string]>([
    ['the credit office', { actor: 'CREDIT_OFFICE', org: 'credit-office', operator: 'duty' }, 'INCIDENT_RESPONSE'],
    ['a department', CLERK, 'DAILY_SUPERVISION'],
  ])('shows the queue to auditors alone, not to %s', async (_who, bearer, purpose) => {
    const question = { bearer, purpose, query: '{ reviewAlerts { edges { node { id } } } }' };
    expect((await ask(deployment(), question)).data).toEqual({ reviewAlerts: null });
    const watch = { ...question, query: `mutation { watchSubject(subject: "o-${'x'.repeat(22)}") { subject } }` };
    expect((await ask(deployment(), watch)).codes).toEqual(['ACT_FORBIDDEN']);
  });
}
