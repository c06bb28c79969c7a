import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Queryable } from '../../../database/db.ts';
import type { QueryLogEntry } from '../../../gateway/querylog/entry.ts';
import { cityToday } from '../../../schema/city-clock.ts';
import type { Answered, Bearer, Question } from '../deployment.ts';

/** Where the life of a loan is lived: whatever answers, and however many of them. */
export interface LoanScene {
  /** Asks as one of {@link LENDER}, {@link COMPANY_SIGNS} and {@link REVIEWER}; of several gateways, each time the next. */
  ask(question: Question & { bearer: Bearer }): Promise<Answered>;
  /** Where the query log is. */
  log: Queryable;
  /** Unified social credit code of the demonstration company. */
  company: string;
  /** The city's time, in milliseconds. */
  clock: () => number;
  /** Exit code of `xinqiao log verify` for the log as it stands. */
  verifyLog(): Promise<number>;
}

export const LENDER = { actor: 'BANK', org: 'loan-life-bank', operator: 'core-system' } as const satisfies Bearer;
/** The company's legal representative, at the city's portal. Its `subject` is the scene's company. */
export const COMPANY_SIGNS = {
  actor: 'SUBJECT',
  signatory: 'LEGAL_REPRESENTATIVE',
  assurance: 'SUBSTANTIAL',
  channel: 'CITY_PORTAL',
} as const satisfies Bearer;

/** Who approves what the bank will run. */
export const REVIEWER = { actor: 'CREDIT_OFFICE', org: 'credit-office', operator: 'reviewer' } as const satisfies Bearer;

const DAY_MS = 86_400_000;
const NAME = '云汀市青禾餐饮管理有限公司';
const MATTER = 'DK-2026-0017';
const SHOWN = 'id state usesSettled usesReserved jws';
const TEMPLATES = '{ authorizationTemplates { id version noticeHash maxUses } }';
const REQUEST = `mutation ($input: AuthorizationRequest!) { requestAuthorization(input: $input) { ${SHOWN} } }`;
const GRANT = `mutation ($id: ID!, $noticeHash: String!) {
  grantAuthorization(id: $id, noticeHash: $noticeHash, separateConsent: true) { ${SHOWN} } }`;
const REVOKE = `mutation ($id: ID!) { revokeAuthorization(id: $id) { ${SHOWN} } }`;
const STATE = `query ($id: ID!) { authorization(id: $id) { ${SHOWN} } }`;
const REGISTER = `mutation ($document: String!) {
  registerOperation(document: $document, name: "贷前审查", purpose: "LOAN_PRE", reason: "审查贷款申请") { id disclosure { digest } } }`;
const APPROVE = `mutation ($id: ID!, $digest: String!, $validUntil: Date!) {
  approveOperation(id: $id, digest: $digest, validUntil: $validUntil) { state } }`;
const FIND = 'query ($code: USCC!) { subject(by: { unifiedSocialCreditCode: $code }) { id } }';
const LOOK = `query LoanReview($code: USCC!) {
  subject(by: { unifiedSocialCreditCode: $code }) {
    name
    registration { employees contactPhone }
    tax { hasArrears arrears { taxType amount } paidByYear { year } declaredSales { year amount } refundAccountNo }
    socialSecurity { insuredCount contributions(first: 100) { month paidInFull paidAmount } }
    utilities { hasArrears accounts { kind accountNo } }
  }
}`;
const THRESHOLDS = `query LoanThresholds($code: USCC!, $year: Int!) {
  subject(by: { unifiedSocialCreditCode: $code }) {
    name
    tax { hasArrears paidAtLeast(amount: "10000", year: $year) declaredSales { amount } }
    socialSecurity { insuredCount }
  }
}`;
const HISTORY = `query ($after: String) { mySubject { id accessHistory(first: 100, after: $after) {
  totalCount edges { node { sealed act decision authorizations receipt { index } } } pageInfo { hasNextPage endCursor } } } }`;

/** One loan from the first question to the last: everything a bank gets, it gets because the company let it, and all of it is on record. */
export function loanLife(scene: () => LoanScene): void {
  test('the life of one loan: request, grant, three reads, exhausted, second grant, revoke, refused, all of it on record', async () => {
    const { clock, log, verifyLog } = scene();
    const life = await lifeIn(scene());
    const begin = await newestIn(log);
    const lastYear = Number(cityToday(clock).slice(0, 4)) - 1;

    expect((await life.read(LOOK)).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    for (const document of [LOOK, THRESHOLDS]) expect(await life.register(document)).toEqual({ state: 'APPROVED' });

    // Before anybody is asked, the bank reads what is published.
    const uninvited = await life.read(LOOK);
    expect(uninvited).toMatchObject({ status: 200, codes: [], data: { subject: { name: NAME, tax: { hasArrears: null } } } });

    const first = await life.request({ categories: ['REGISTRATION', 'TAX', 'SOCIAL_SECURITY'] });
    expect(first).toMatchObject({ state: 'REQUESTED', usesSettled: 0, jws: null });
    expect((await life.read(LOOK, first.id)).codes).toEqual(['AUTHORIZATION_NOT_GRANTED']);
    expect(await life.grant(first.id)).toMatchObject({ state: 'ACTIVE', jws: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
    for (let use = 1; use <= 3; use++) expectFirstView(await life.read(LOOK, first.id), lastYear);
    const exhausted = await life.read(LOOK, first.id);
    expect([exhausted.status, exhausted.codes, exhausted.data ?? null]).toEqual([403, ['AUTHORIZATION_EXHAUSTED'], null]);
    expect(await life.find(first.id)).toMatchObject({ state: 'EXHAUSTED', usesSettled: 3, usesReserved: 0 });

    const second = await life.request({ categories: ['TAX'], fields: ['TaxStanding.hasArrears', 'TaxStanding.paidAtLeast'] });
    await life.grant(second.id);
    const answered = await life.read(THRESHOLDS, second.id, { year: lastYear });
    expect(answered.data?.subject).toEqual({
      name: NAME,
      tax: { hasArrears: true, paidAtLeast: true, declaredSales: null },
      socialSecurity: { insuredCount: null },
    });
    expect(await life.revoke(second.id)).toMatchObject({ state: 'REVOKED', usesSettled: 1 });
    const refused = await life.read(THRESHOLDS, second.id, { year: lastYear });
    expect([refused.status, refused.codes, refused.data ?? null]).toEqual([403, ['AUTHORIZATION_REVOKED'], null]);

    const story = async () =>
      (await entriesIn(log, begin)).flatMap(({ entry }) => (isOfLoan(entry) ? [told(entry, { first, second })] : []));
    // What use has brought about is put on record in its own time.
    await vi.waitUntil(async () => (await story()).includes('AUTHORIZATION_EXHAUSTED first'), { timeout: 60_000, interval: 200 });
    expect((await story()).filter((line) => line !== 'AUTHORIZATION_EXHAUSTED first')).toEqual([
      'RELEASED',
      'AUTHORIZATION_REQUESTED first',
      'REFUSED AUTHORIZATION_NOT_GRANTED first',
      'AUTHORIZATION_GRANTED first',
      'RELEASED first',
      'RELEASED first',
      'RELEASED first',
      'REFUSED AUTHORIZATION_EXHAUSTED first',
      'AUTHORIZATION_REQUESTED second',
      'AUTHORIZATION_GRANTED second',
      'RELEASED second',
      'AUTHORIZATION_REVOKED second',
      'REFUSED AUTHORIZATION_REVOKED second',
    ]);

    const last = Math.max(
      ...(await entriesIn(log, begin)).filter(({ entry }) => names(entry, life.subject)).map(({ seq }) => seq),
    );
    const history = await life.history(last);
    const newest = Math.max(...history.indices);
    const kept = (await entriesIn(log, -1)).filter(({ seq, entry }) => seq <= newest && names(entry, life.subject));
    expect(history.total).toBe(kept.length);
    expect(history.indices.filter((index) => index > begin)).toEqual(
      kept.flatMap(({ seq }) => (seq > begin ? [seq] : [])).reverse(),
    );
    expect(await verifyLog()).toBe(0);
  }, 180_000);
}

/** Everything in the window and the scope, and nothing else: not what lies before, nor what the law keeps from banks whatever is granted. */
function expectFirstView({ status, codes, data, disclosure }: Answered, lastYear: number): void {
  expect([status, codes]).toEqual([200, []]);
  const { socialSecurity, ...rest } = data.subject;
  expect(rest).toEqual({
    name: NAME,
    registration: { employees: '26', contactPhone: null },
    tax: {
      hasArrears: true,
      arrears: [{ taxType: '增值税', amount: '37281.10' }],
      paidByYear: [{ year: lastYear }],
      declaredSales: [{ year: lastYear, amount: '7461220.00' }],
      refundAccountNo: null,
    },
    utilities: { hasArrears: null, accounts: null },
  });
  expect(socialSecurity.insuredCount).toBe('23');
  expect(socialSecurity.contributions[0]).toEqual({
    month: expect.stringMatching(/^\d{4}-\d\d$/),
    paidInFull: true,
    paidAmount: null,
  });
  expect(disclosure.withheld.map(({ coordinate }) => coordinate)).toEqual(
    expect.arrayContaining([
      'Registration.contactPhone',
      'TaxStanding.refundAccountNo',
      'SocialSecurityContribution.paidAmount',
      'UtilityStanding.hasArrears',
      'UtilityStanding.accounts',
    ]),
  );
}

/** What the bank and the company do, each with a token of its own. */
async function lifeIn({ ask, company, clock }: LoanScene) {
  const signs: Bearer = { ...COMPANY_SIGNS, subject: company };
  const act = async (question: Omit<Question, 'bearer'> & { bearer: Bearer }) => {
    const answer = await ask(question);
    expect([answer.status, answer.codes]).toEqual([200, []]);
    return answer.data;
  };
  const handle = (bearer: Bearer, query: string, variables: Record<string, unknown> = {}) =>
    act({ query, variables, bearer, purpose: 'AUTHORIZATION_HANDLING' });
  const { subject } = await handle(LENDER, FIND, { code: company });
  const { authorizationTemplates } = await handle(LENDER, TEMPLATES);
  const { version, noticeHash, maxUses } = authorizationTemplates.find(({ id }: { id: string }) => id === 'LOAN_PRE');
  const today = cityToday(clock);
  const input = () => ({
    subject: subject.id,
    purpose: 'LOAN_PRE',
    dataFrom: `${Number(today.slice(0, 4)) - 1}-01-01`,
    dataTo: today,
    notBefore: new Date(clock()).toISOString(),
    expiresAt: new Date(clock() + 10 * DAY_MS).toISOString(),
    maxUses,
    maxUsesPerDay: maxUses,
    dataLifeDays: 30,
    matter: MATTER,
    template: 'LOAN_PRE',
    templateVersion: version,
    noticeHash,
  });
  return {
    subject: subject.id as string,
    async register(document: string) {
      const registration = { purpose: 'QUERY_REGISTRATION' };
      const { registerOperation } = await act({ query: REGISTER, variables: { document }, bearer: LENDER, ...registration });
      const { id, disclosure } = registerOperation;
      const variables = { id, digest: disclosure.digest, validUntil: today };
      return (await act({ query: APPROVE, variables, bearer: REVIEWER, ...registration })).approveOperation;
    },
    request: async (scope: Record<string, unknown>) =>
      (await handle(LENDER, REQUEST, { input: { ...input(), ...scope } })).requestAuthorization,
    grant: async (id: string) => (await handle(signs, GRANT, { id, noticeHash })).grantAuthorization,
    revoke: async (id: string) => (await handle(signs, REVOKE, { id })).revokeAuthorization,
    find: async (id: string) => (await handle(LENDER, STATE, { id })).authorization,
    /** As a bank does: by the document's hash. */
    read: (document: string, authorization?: string, variables: Record<string, unknown> = {}) =>
      ask({
        query: undefined,
        extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(document).digest('hex') } },
        variables: { code: company, ...variables },
        bearer: { ...LENDER, ...(authorization !== undefined && { authorization_details: [detail(authorization)] }) },
        purpose: 'LOAN_PRE',
        matter: MATTER,
      }),
    /** The company's whole history, once it reaches as far as this entry: what it may read, newest first, and how many it counts. */
    history: (until: number) =>
      wholeHistory((after) => ask({ query: HISTORY, variables: { after }, bearer: signs, purpose: 'SELF_QUERY' }), until),
  };
}

function detail(authorization_id: string) {
  return { type: 'xinqiao_authorization', authorization_id } as const;
}

async function wholeHistory(page: (after: string | null) => Promise<Answered>, until: number) {
  const indices: number[] = [];
  let total = 0;
  for (let after: string | null = null; ; ) {
    const { data } = await page(after);
    const { totalCount, edges, pageInfo } = data.mySubject.accessHistory;
    const shown = edges.flatMap(({ node }: Node) => (node.sealed ? [] : [Number(node.receipt.index)]));
    if (after === null) total = totalCount;
    // It follows the log; from the start again until it has come so far.
    if (after === null && Math.max(...shown) < until) continue;
    indices.push(...shown);
    if (!pageInfo.hasNextPage) return { total: Number(total), indices };
    after = pageInfo.endCursor;
  }
}

interface Node {
  node: { sealed: boolean; receipt: { index: string } };
}

async function newestIn(log: Queryable): Promise<number> {
  return (await entriesIn(log, -1)).at(-1)?.seq ?? -1;
}

async function entriesIn(log: Queryable, after: number): Promise<{ seq: number; entry: QueryLogEntry }[]> {
  const { rows } = await log.query<{ seq: bigint; canonical: string }>(
    'select seq, canonical from querylog.entry where seq > $1 order by seq',
    [BigInt(after)],
  );
  return rows.map(({ seq, canonical }) => ({ seq: Number(seq), entry: JSON.parse(canonical) as QueryLogEntry }));
}

function names({ subjects }: QueryLogEntry, subject: string): boolean {
  return subjects.asked.includes(subject) || subjects.returned.includes(subject);
}

/** Whether it is what this bank read, or what somebody did with an authorization. */
function isOfLoan({ act, caller, purpose }: QueryLogEntry): boolean {
  return (
    act?.kind.startsWith('AUTHORIZATION_') || (purpose === 'LOAN_PRE' && caller?.organization.startsWith(LENDER.org) === true)
  );
}

/** An entry in a line: what became of it, and by or of which authorization. */
function told({ act, authorizations = [], decision, code }: QueryLogEntry, known: Record<string, { id: string }>): string {
  const id = act?.object ?? authorizations[0];
  const name = Object.entries(known).find(([, authorization]) => authorization.id === id)?.[0];
  return [act?.kind ?? decision, code, name ?? id].filter((word) => word !== null && word !== undefined).join(' ');
}
