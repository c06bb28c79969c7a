import type { Agency } from './city.ts';

/** A person as an official file names one. */
export interface Person {
  name: string;
  residentId: string;
  birthDate: string;
  isMan: boolean;
}

/** What identifies the party of a record: a code, or an old number, or a person's document. Empty text where there is none. */
export interface Party {
  name: string;
  uscc: string;
  oldNumber: string;
  /** 自然人 only. */
  residentId: string;
  legalRepresentative: Person | null;
  /** What the import must do with the party's rows, where it is not simply to accept them. */
  expect?: 'REJECTED' | 'UNMATCHED';
}

export interface OfficerRecord extends Person {
  role: '法定代表人' | '主要负责人' | '实际控制人' | '董事' | '监事' | '股东';
  since: string;
  /** Percent with two decimals; empty for who holds none. */
  share: string;
  phone: string;
  address: string;
  householdNo: string;
}

/** A registered subject. Dates `YYYY-MM-DD`, other amounts in yuan with two decimals, empty text for nothing. */
export interface Registration {
  uscc: string;
  name: string;
  oldNumber: string;
  typeCode: string;
  typeName: string;
  status: '存续' | '吊销' | '注销' | '迁出' | '歇业';
  /** 万元; empty for who has none. */
  capitalWan: string;
  establishedOn: string;
  approvedOn: string;
  scope: string;
  address: string;
  operatingAddress: string;
  division: string;
  industryCode: string;
  employees: string;
  phone: string;
  email: string;
  legalRepresentative: Person;
  officers: readonly OfficerRecord[];
  previousNames: readonly string[];
  successor: { uscc: string; kind: '合并' | '个转企'; on: string } | null;
}

export interface Licence {
  party: Party;
  documentNo: string;
  category: '普通' | '特许' | '认可' | '核准' | '登记' | '其他-备案';
  certificate: string;
  licenceNo: string;
  content: string;
  decidedOn: string;
  /** `2099-12-31` means no end. */
  validTo: string;
  isValid: boolean;
  agency: Agency;
}

export interface Penalty {
  party: Party;
  documentNo: string;
  violation: string;
  facts: string;
  basis: string;
  /** Official words joined by semicolons. */
  categories: string;
  content: string;
  /** In 万元 with six decimals, as the column wants; empty when there is no fine. */
  fineWan: string;
  confiscatedWan: string;
  revokedCertificate: string;
  decidedOn: string;
  validTo: string;
  publicityEnd: string;
  isSimple: boolean;
  handlers: string;
  /** Empty until repaired, or until the decision is withdrawn. */
  repairedOn: string;
  withdrawnOn: string;
  withdrawalReason: string;
  agency: Agency;
}

export interface TaxRecords {
  uscc: string;
  abnormalSince: string;
  refundAccountNo: string;
  grades: readonly { year: string; grade: string }[];
  arrears: readonly { taxType: string; amount: string; since: string }[];
  payments: readonly { month: string; taxType: string; amount: string; paidOn: string }[];
  sales: readonly { year: string; amount: string }[];
}

export interface Contribution {
  uscc: string;
  month: string;
  insured: string;
  due: string;
  paid: string;
}

export interface UtilityAccount {
  uscc: string;
  kind: '水' | '电' | '气' | '热';
  accountNo: string;
  address: string;
  bankAccountNo: string;
  bills: readonly UtilityBill[];
}

export interface UtilityBill {
  month: string;
  usage: string;
  amount: string;
  arrearsPeriods: string;
  lateFee: string;
  /** Empty while unpaid. */
  paidOn: string;
}

/** All that six departments know of one subject. */
export interface SubjectRecords {
  /** Null for a natural person and for a subject the registry does not know. */
  registration: Registration | null;
  licences: readonly Licence[];
  penalties: readonly Penalty[];
  tax: TaxRecords | null;
  contributions: readonly Contribution[];
  accounts: readonly UtilityAccount[];
}
