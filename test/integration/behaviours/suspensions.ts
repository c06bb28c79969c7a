import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Answered, ask, askUntil, type Bearer, type Deployment, entryOf } from '../deployment.ts';

const OFFICE: Bearer = { actor: 'CREDIT_OFFICE', org: 'credit-office', operator: 'duty' };
const CLERK: Bearer = { actor: 'DEPARTMENT', org: 'licensing-bureau', department: 'licensing', operator: 'suspect' };
const SUSPEND =
  'mutation ($target: SuspensionTarget!) { suspend(target: $target, reason: "账号疑似被盗用") { id kind target operator until } }';
const RESUME = 'mutation ($id: ID!) { resume(id: $id, reason: "已核实") { until resumedBy } }';
const LICENSES =
  'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { id name licenses { decisionDocumentNo } } }';

/** The kill switch stops the next request, is on the log, and says whose data were shown. */
export function suspensions(deployment: () => Deployment): void {
  const act = (query: string, variables: Record<string, unknown>, bearer = OFFICE) =>
    ask(deployment(), { query, variables, bearer, purpose: 'INCIDENT_RESPONSE' });
  const look = (bearer = CLERK): Promise<Answered> =>
    ask(deployment(), {
      query: LICENSES,
      variables: { code: codeOf(deployment()) },
      bearer,
      purpose: 'ADMIN_APPROVAL_CHECK',
      matter: 'S-1',
    });
  const orgOf = (org: string) => `${org}-${deployment().run}`;

  test('a suspended account is refused from its next request on, others of its organisation are not, and it is on record', async () => {
    expect((await look()).status).toBe(200);
    const suspended = await act(SUSPEND, { target: { organization: orgOf('licensing-bureau'), operator: 'suspect' } });
    expect(suspended).toMatchObject({ status: 200, data: { suspend: { kind: 'CLIENT', operator: 'suspect', until: null } } });
    const { id } = suspended.data.suspend;

    const refused = await look();
    expect([refused.status, refused.codes]).toEqual([403, ['SUSPENDED']]);
    expect((await look({ ...CLERK, operator: 'colleague' })).status).toBe(200);
    const { entry } = await entryOf(deployment(), refused.disclosure.receipt);
    expect(entry).toMatchObject({ decision: 'REFUSED', code: 'SUSPENDED' });
    const { rows } = await deployment().log.query<{ canonical: string }>(
      `select canonical from querylog.entry where canonical like '%"object":"' || $1 || '"%'`,
      [id],
    );
    expect(rows.map(({ canonical }) => JSON.parse(canonical))).toMatchObject([
      { decision: 'ACTED', act: { kind: 'SUSPENDED', object: id }, caller: { operator: 'duty' } },
    ]);
    expect(rows[0]?.canonical).not.toContain('盗用');

    expect((await act(SUSPEND, { target: { organization: orgOf('licensing-bureau'), operator: 'suspect' } })).codes).toEqual([
      'ALREADY_DONE',
    ]);
    expect((await act(RESUME, { id })).data.resume).toMatchObject({ resumedBy: `${orgOf('credit-office')}/duty` });
    expect((await act(RESUME, { id })).codes).toEqual(['ALREADY_DONE']);
    expect((await look()).status).toBe(200);
  });

  test('a suspended department costs its own fields alone', async () => {
    const { data } = await act(SUSPEND, { target: { department: 'licensing' } });
    const answer = await look();
    expect(answer.data.subject).toMatchObject({ name: expect.any(String) as string, licenses: null });
    expect([answer.codes, answer.disclosure.unavailable]).toEqual([['SUSPENDED'], ['licensing']]);
    await act(RESUME, { id: data.suspend.id });
    expect((await look()).codes).toEqual([]);
  });

  test('lists whose data a suspect was shown in a window', async () => {
    const answer = await look();
    const target = { organization: orgOf('licensing-bureau'), operator: 'suspect' };
    const query = `query ($target: SuspensionTarget!) {
      touchedSubjects(target: $target, from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") { subject looks firstAt lastAt }
    }`;
    const touched = await askUntil(
      deployment(),
      { query, variables: { target }, bearer: OFFICE, purpose: 'INCIDENT_RESPONSE' },
      ({ data }) => data?.touchedSubjects?.length > 0,
    );
    expect(touched.data.touchedSubjects).toMatchObject([{ subject: answer.data.subject.id }]);
    const stranger = { organization: orgOf('licensing-bureau'), operator: randomUUID() };
    expect((await act(query, { target: stranger })).data).toEqual({ touchedSubjects: [] });
  });

  test.each<[string, Record<string, unknown>]>([
    ['two targets at once', { organization: 'a', purpose: 'LOAN_PRE' }],
    ['an account without its organisation', { operator: 'a' }],
    ['nothing', {}],
    ['the purpose it acts under, which would leave nobody to resume it', { purpose: 'INCIDENT_RESPONSE' }],
  ])('refuses to suspend %s', async (_, target) => {
    expect((await act(SUSPEND, { target })).codes).toEqual(['INPUT_INVALID']);
  });

  test.each<[string, Bearer, string, string, string]>([
    ['an auditor', { actor: 'AUDITOR', org: 'audit', operator: 'a' }, 'AUDIT_SUPERVISION', SUSPEND, 'ACT_FORBIDDEN'],
    ['a department', CLERK, 'INCIDENT_RESPONSE', SUSPEND, 'PURPOSE_FORBIDDEN'],
    [
      'the credit office twice in one request',
      OFFICE,
      'INCIDENT_RESPONSE',
      'mutation ($target: SuspensionTarget!) { a: suspend(target: $target, reason: "一二") { id } b: suspend(target: $target, reason: "三四") { id } }',
      'ACT_NOT_ALONE',
    ],
  ])('does not let %s suspend anybody', async (_, bearer, purpose, query, code) => {
    const target = { organization: `nobody-${randomUUID()}` };
    const answer = await ask(deployment(), { query, variables: { target }, bearer, purpose });
    expect([answer.codes, answer.data ?? null]).toEqual([[code], null]);
    const { rows } = await deployment().log.query('select from querylog.entry where canonical like $1', [
      `%${target.organization}%`,
    ]);
    expect(rows).toEqual([]);
  });
}

function codeOf({ manifest }: Deployment): string {
  return manifest.demonstration.unifiedSocialCreditCode;
}
