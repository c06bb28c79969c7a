import type { Random, Weighted } from '../../../cli/sample/random.ts';

/** A work account, and how its bearer works. */
export interface Staff {
  actor: 'DEPARTMENT' | 'BANK' | 'AUDITOR' | 'CREDIT_OFFICE';
  organization: string;
  department?: string;
  operator: string;
  /** Opaque id of the bearer as a credit subject. */
  self: string;
  /** Looks on a usual working day. */
  pace: number;
  /** ORDINARY never looks at night but for overtime on `overtime` of its days; a SHIFT works at night too. */
  habit: 'ORDINARY' | 'SHIFT';
  overtime: number;
  work: Weighted<Work>;
  /** Cases it has worked on lately, each for one subject. */
  cases: Case[];
}

/** A purpose somebody looks for, and how the numbers of its cases begin; null = looks without a case. */
export interface Work {
  purpose: string;
  prefix: string | null;
}

export interface Case {
  work: Work;
  matter: string | null;
  subject: string;
}

/** Everybody who asks, and everybody who is asked about. */
export interface Office {
  staff: readonly Staff[];
  /** Systems that ask for many subjects at once, at night. */
  systems: readonly Staff[];
  bankers: readonly Staff[];
  auditors: readonly Staff[];
  subjects: number;
  /** Runs on: numbers of cases, exports and guesses. */
  number: () => number;
}

const DEPARTMENT_WORK: readonly { department?: string; share: number; work: Weighted<Work> }[] = [
  {
    department: 'licensing',
    share: 4,
    work: [
      [approval('审批许'), 8],
      [approval('审受'), 3],
    ],
  },
  {
    department: 'registry',
    share: 4,
    work: [
      [approval('市监许'), 5],
      [supervision('市监检查'), 3],
      [supervision(null), 2],
    ],
  },
  {
    department: 'penalties',
    share: 3,
    work: [
      [supervision('罚立'), 4],
      [supervision('市监罚'), 3],
      [supervision(null), 2],
    ],
  },
  {
    department: 'tax',
    share: 2,
    work: [
      [supervision('税监管'), 3],
      [supervision(null), 2],
    ],
  },
  {
    department: 'social-security',
    share: 2,
    work: [
      [supervision('人社监管'), 3],
      [approval('人社许'), 2],
    ],
  },
  { share: 2, work: [[{ purpose: 'GOV_PROCUREMENT', prefix: '采购' }, 5]] },
  { share: 2, work: [[{ purpose: 'BIDDING', prefix: '建招标' }, 5]] },
  { share: 1, work: [[{ purpose: 'FISCAL_FUND', prefix: '财资金' }, 5]] },
  {
    share: 2,
    work: [
      [approval('住建许'), 4],
      [supervision('住建巡查'), 2],
    ],
  },
  {
    share: 2,
    work: [
      [approval('卫审批'), 3],
      [supervision('卫监管'), 3],
    ],
  },
];

/** An office that makes about so many looks on a working day. */
export function makeOffice(random: Random, looksPerDay: number): Office {
  const shares = DEPARTMENT_WORK.reduce((sum, { share }) => sum + share, 0);
  const staff: Staff[] = [];
  let last = 0;
  DEPARTMENT_WORK.forEach(({ department, share, work }, index) => {
    const organization = `1137000000DEPT${String(index).padStart(3, '0')}`;
    const wanted = (looksPerDay * 0.55 * share) / shares;
    for (let pace = 0, n = 0; pace < wanted || n < 3; n++) {
      const one = person(random, {
        actor: 'DEPARTMENT',
        organization,
        work,
        operator: `op-${index}-${n}`,
        ...(department && { department }),
      });
      staff.push(one);
      pace += one.pace;
    }
  });
  return {
    staff,
    systems: [0, 1].map((n) => system(random, n, looksPerDay)),
    bankers: makeBankers(random, looksPerDay * 0.12),
    auditors: makeAuditors(random),
    subjects: Math.round(looksPerDay * 20),
    number: () => ++last,
  };
}

/** Somebody asked about: few of them often, most of them seldom. */
export function anySubject(random: Random, { subjects }: Pick<Office, 'subjects'>): string {
  const n = Math.floor(subjects * random.fraction() ** 1.8);
  return `${n % 4 === 0 ? 'p' : 'o'}-subject-${n}`;
}

function person(
  random: Random,
  who: Pick<Staff, 'actor' | 'organization' | 'operator' | 'work'> & { department?: string },
): Staff {
  return {
    ...who,
    self: `p-bearer-${who.operator}`,
    pace: Math.min(40, random.logNormal(9, 0.5)),
    habit: random.chance(0.03) ? 'SHIFT' : 'ORDINARY',
    overtime: random.chance(0.2) ? 0.05 : 0.003,
    cases: [],
  };
}

function system(random: Random, n: number, looksPerDay: number): Staff {
  const work: Weighted<Work> = [[{ purpose: 'DOUBLE_RANDOM', prefix: '双随机抽查' }, 1]];
  const organization = `1137000000DEPT00${n + 1}`;
  return {
    ...person(random, { actor: 'DEPARTMENT', organization, operator: `sys-draw-${n}`, work }),
    pace: looksPerDay * 0.01,
    habit: 'SHIFT',
  };
}

function makeBankers(random: Random, looksPerDay: number): Staff[] {
  const bankers: Staff[] = [];
  for (let pace = 0, n = 0; pace < looksPerDay || n < 6; n++) {
    const work: Weighted<Work> = [[{ purpose: 'LOAN_POST', prefix: '贷' }, 1]];
    const one = person(random, { actor: 'BANK', organization: `9137000000BANK00${n % 6}`, operator: `bk-${n}`, work });
    bankers.push({ ...one, habit: 'ORDINARY' });
    pace += one.pace;
  }
  return bankers;
}

function makeAuditors(random: Random): Staff[] {
  const work: Weighted<Work> = [[{ purpose: 'AUDIT_SUPERVISION', prefix: null }, 1]];
  return [0, 1, 2, 3].map((n) => ({
    ...person(random, { actor: 'AUDITOR', organization: '1137000000AUDIT01', operator: `au-${n}`, work }),
    habit: 'ORDINARY' as const,
  }));
}

function approval(prefix: string): Work {
  return { purpose: 'ADMIN_APPROVAL_CHECK', prefix };
}

function supervision(prefix: string | null): Work {
  return { purpose: 'DAILY_SUPERVISION', prefix };
}
