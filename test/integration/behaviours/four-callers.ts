import { beforeAll, describe, expect, test } from 'vitest';
import { CALLERS, type DemoCaller, QUESTION } from '../../../cli/demo/question.ts';
import { PARSED_FIRST } from '../../../gateway/execution/passages/recognize.ts';
import { type Answered, ask, type Deployment, entryOf } from '../deployment.ts';
import { registered } from '../registering.ts';

/** The same company asked for by the four callers of the demonstration: every value of every answer. */
export function fourCallers(deployment: () => Deployment): void {
  describe('the same question about one company', () => {
    let answers: Answered[];
    beforeAll(async () => {
      for (const { token, purpose } of CALLERS)
        if (token?.actor === 'BANK') await registered(deployment(), { ...token, org: token.organization }, QUESTION, purpose);
      answers = await Promise.all(CALLERS.map((caller) => askAs(caller, deployment())));
    });

    test.each(EXPECTED)('is answered to %s with exactly what it may see', (title, expected) => {
      const answer = answers[CALLERS.findIndex((caller) => caller.title === title)];
      expect(answer).toMatchObject({ status: 200, codes: [] });
      expect(answer?.data).toEqual({ subject: expected });
    });

    test('is answered the same when it is asked so often that what departments answer passes unread', async () => {
      const [clerk] = CALLERS;
      if (clerk === undefined) throw new Error('nobody asks');
      for (let times = 0; times < PARSED_FIRST; times++) await askAs(clerk, deployment());
      expect((await askAs(clerk, deployment())).data).toEqual({ subject: EXPECTED[0]?.[1] });
    }, 60_000);

    test('leaves one entry an answer, with who asked, why, at whom, and what left', async () => {
      const entries = await Promise.all(answers.map(({ disclosure }) => entryOf(deployment(), disclosure.receipt)));
      const [clerk] = entries.map(({ entry }) => entry);
      expect(clerk).toMatchObject({
        version: 1,
        caller: {
          actor: 'DEPARTMENT',
          department: 'licensing',
          operator: 'demo-clerk',
          organization: `11999900MAR39UK749-${deployment().run}`,
        },
        purpose: 'ADMIN_APPROVAL_CHECK',
        matter: '云审受字〔2026〕第0001号',
        operation: { name: 'OneCompany' },
        // Not asked: of what it holds, this purpose shows nothing.
        departments: expect.not.arrayContaining(['utilities']),
        unavailable: [],
        decision: 'RELEASED',
        code: null,
      });
      for (const [index, { entry, leafHash }] of entries.entries()) {
        const { disclosure } = answers[index] ?? {};
        expect(leafHash).toBe(disclosure?.receipt?.leafHash);
        expect(entry.policyHash).toBe(disclosure?.policyVersion);
        expect(entry.subjects.asked).toEqual(entry.subjects.returned);
        expect(entry.subjects.asked).toEqual([expect.stringMatching(/^o-[\w-]{22}$/)]);
        const masked = entry.fields
          .filter(({ treatment, count }) => treatment === 'MASK' && count > 0)
          .map(({ coordinate }) => coordinate);
        expect(masked).toEqual([...(disclosure?.masked ?? [])].sort());
      }
    });

    test('puts nothing into the log that was shown or asked with', async () => {
      const { rows } = await deployment().log.query<{ canonical: string }>('select canonical from querylog.entry');
      const log = rows.map(({ canonical }) => canonical).join('\n');
      for (const secret of [
        '91999900MB00000195',
        '青禾',
        '林雨桐',
        '999999195207109160',
        '16099990000',
        '37281.10',
        '9999000000000000018',
      ])
        expect(log).not.toContain(secret);
    });
  });
}

function askAs({ token, purpose, matter }: DemoCaller, deployment: Deployment): Promise<Answered> {
  const { unifiedSocialCreditCode: code } = deployment.manifest.demonstration;
  return ask(deployment, {
    query: QUESTION,
    variables: { code },
    purpose,
    ...(matter !== undefined && { matter }),
    ...(token && {
      bearer: {
        actor: token.actor,
        org: token.organization,
        ...(token.department && { department: token.department }),
        ...(token.operator && { operator: token.operator }),
        ...(token.actor === 'SUBJECT' && { subject: code }),
      },
    }),
  });
}

const REGISTERED = {
  status: 'IN_OPERATION',
  registeredCapital: '5000000.00',
  legalRepresentativeName: '林雨桐',
};
const LICENCE = { certificateName: '公共场所卫生许可证', decisionDate: '2025-10-31', validTo: '2029-10-31' };
const FINE = { violationType: '食品安全', fineAmount: '120000.00', decisionDate: '2026-06-18', repairStatus: 'NOT_REPAIRED' };
const COMPANY = { name: '云汀市青禾餐饮管理有限公司', unifiedSocialCreditCode: '91999900MB00000195' };
const RESIDENT_ID = '999999195207109160';

/** What the bank sees, and the public as well: the law has published it. */
const PUBLISHED = {
  ...COMPANY,
  registration: { ...REGISTERED, employees: null, contactPhone: null, officers: null },
  licenses: [{ ...LICENCE, legalRepresentativeIdNo: null }],
  penalties: [{ ...FINE, legalRepresentativeIdNo: null }],
  // Of the grades only A is published, so the B of 2025 is not the first the public sees.
  tax: { hasArrears: null, creditGrades: [{ year: 2024, grade: 'A' }], arrears: null, payments: null, refundAccountNo: null },
  socialSecurity: { hasArrears: null, insuredCount: null, contributions: null },
  utilities: { hasArrears: null, accounts: null },
};

const EXPECTED: [title: string, subject: unknown][] = [
  [
    '许可窗口 licensing clerk',
    {
      ...COMPANY,
      registration: {
        ...REGISTERED,
        employees: '[10,50)',
        contactPhone: '160****0000',
        officers: [{ name: '林**', role: 'LEGAL_REPRESENTATIVE', idDocumentNo: '9****************0', share: null }],
      },
      // Its own department's record: in full.
      licenses: [{ ...LICENCE, legalRepresentativeIdNo: RESIDENT_ID }],
      penalties: [{ ...FINE, legalRepresentativeIdNo: '9****************0' }],
      tax: { hasArrears: true, creditGrades: null, arrears: null, payments: null, refundAccountNo: null },
      socialSecurity: { hasArrears: false, insuredCount: null, contributions: null },
      utilities: null,
    },
  ],
  ['银行（无授权） bank', PUBLISHED],
  [
    '社会公众 public',
    {
      ...PUBLISHED,
      registration: {
        ...PUBLISHED.registration,
        // Who holds office is published, the name masked; a bank is shown no personal data before it is authorized.
        officers: [{ name: '林**', role: 'LEGAL_REPRESENTATIVE', idDocumentNo: null, share: null }],
      },
    },
  ],
  [
    '企业本人 the company',
    {
      ...COMPANY,
      registration: {
        ...REGISTERED,
        employees: '26',
        contactPhone: '16099990000',
        officers: [{ name: '林雨桐', role: 'LEGAL_REPRESENTATIVE', idDocumentNo: RESIDENT_ID, share: null }],
      },
      licenses: [{ ...LICENCE, legalRepresentativeIdNo: RESIDENT_ID }],
      penalties: [
        { ...FINE, legalRepresentativeIdNo: RESIDENT_ID },
        {
          violationType: '安全生产',
          fineAmount: '20000.00',
          decisionDate: '2025-06-18',
          repairStatus: 'REPAIRED',
          legalRepresentativeIdNo: RESIDENT_ID,
        },
      ],
      tax: {
        hasArrears: true,
        creditGrades: [{ year: 2025, grade: 'B' }],
        arrears: [{ taxType: '增值税', amount: '37281.10' }],
        payments: [{ month: '2026-09', amount: '18640.55' }],
        refundAccountNo: '9999000000000000018',
      },
      socialSecurity: { hasArrears: false, insuredCount: '23', contributions: [{ month: '2026-09', paidAmount: '31887.66' }] },
      utilities: {
        hasArrears: true,
        accounts: [
          {
            kind: 'POWER',
            accountNo: '2000000001',
            address: '云汀市青禾区云锦路18号',
            bills: [{ month: '2026-09', usage: '8420.500', amount: '6567.99' }],
          },
        ],
      },
    },
  ],
];
