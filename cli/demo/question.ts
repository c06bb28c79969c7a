/** What all four callers ask: one company, a little of everything. */
export const QUESTION = `
query OneCompany($code: USCC!) {
  subject(by: { unifiedSocialCreditCode: $code }) {
    name
    unifiedSocialCreditCode
    registration {
      status registeredCapital legalRepresentativeName employees contactPhone
      officers(first: 1) { name role idDocumentNo share }
    }
    licenses(first: 1) { certificateName decisionDate validTo legalRepresentativeIdNo }
    penalties(first: 3) { violationType fineAmount decisionDate repairStatus legalRepresentativeIdNo }
    tax {
      hasArrears
      creditGrades(first: 1) { year grade }
      arrears(first: 1) { taxType amount }
      payments(first: 1) { month amount }
      refundAccountNo
    }
    socialSecurity { hasArrears insuredCount contributions(first: 1) { month paidAmount } }
    utilities { hasArrears accounts(first: 1) { kind accountNo address bills(first: 1) { month usage amount } } }
  }
}`;

/** A caller of the demonstration. */
export interface DemoCaller {
  /** Column heading. */
  title: string;
  /** Claims of its token; none for the public. */
  token?: {
    actor: 'DEPARTMENT' | 'BANK' | 'SUBJECT' | 'CREDIT_OFFICE';
    organization: string;
    department?: string;
    operator?: string;
  };
  purpose: string;
  matter?: string;
}

/** The four callers whose answers differ. */
export const CALLERS: readonly DemoCaller[] = [
  {
    title: '许可窗口 licensing clerk',
    token: { actor: 'DEPARTMENT', organization: '11999900MAR39UK749', department: 'licensing', operator: 'demo-clerk' },
    purpose: 'ADMIN_APPROVAL_CHECK',
    matter: '云审受字〔2026〕第0001号',
  },
  {
    title: '银行（无授权） bank',
    token: { actor: 'BANK', organization: 'demo-bank', operator: 'demo-loans' },
    purpose: 'LOAN_PRE',
  },
  { title: '社会公众 public', purpose: 'PUBLIC_QUERY' },
  { title: '企业本人 the company', token: { actor: 'SUBJECT', organization: 'demo-company' }, purpose: 'SELF_QUERY' },
];
