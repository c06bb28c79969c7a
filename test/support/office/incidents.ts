import type { Random } from '../../../cli/sample/random.ts';
import type { ReviewRuleKind } from '../../../policies/review-rules.ts';
import { callerOf, cityInstant, type Draft, draft } from './draft.ts';
import { type LoanBook, post } from './loans.ts';
import { anySubject, type Office, type Staff } from './people.ts';
import { openCase } from './routine.ts';

interface Scene {
  random: Random;
  office: Office;
  book: LoanBook;
  /** A working day. */
  day: string;
  /** Days left in the log, this one included. */
  left: number;
}

/**
 * How each kind of wrong is done, beginning on a day: one draft an entry, on that day or later ones. Strengths are drawn from wide distributions around what is told of real cases (a list of customers
 * sold, a neighbour gossiped about), and know nothing of what the rules ask for: some are too weak to be found.
 */
export const PLOTS: Readonly<Record<ReviewRuleKind, (scene: Scene) => Draft[]>> = {
  MANY_SUBJECTS({ random, office, day }) {
    const thief = staffOf(random, office);
    const looks = spread(random, { day, from: 9, hours: random.whole(2, 8), times: strength(random, 150, 0.5) });
    // Whoever needs a case number takes the one at hand.
    const excuse = openCase(random, office, { work: random.weighted(thief.work), subject: '', day });
    return looks.map((at) => look(thief, at, { ...excuse, subject: anySubject(random, office) }));
  },
  MANY_OPERATORS({ random, office, day, left }) {
    const subject = anySubject(random, office);
    const days = Math.min(left, random.whole(1, 4));
    return Array.from({ length: strength(random, 12, 0.35) }, () => {
      const staff = staffOf(random, office);
      const at = cityInstant(later(day, random.whole(0, days - 1)), 9 + 8 * random.fraction());
      return look(staff, at, openCase(random, office, { work: random.weighted(staff.work), subject, day }));
    });
  },
  OFF_HOURS({ random, office, day }) {
    const thief = staffOf(random, office, ({ habit }) => habit === 'ORDINARY');
    const looks = spread(random, {
      day,
      from: 19.5 + 3.5 * random.fraction(),
      hours: 0.5 + random.fraction(),
      times: strength(random, 9, 0.5),
    });
    return looks.map((at) =>
      look(thief, at, openCase(random, office, { work: random.weighted(thief.work), subject: anySubject(random, office), day })),
    );
  },
  REFUSED_THEN_RELEASED({ random, office, day }) {
    const thief = staffOf(random, office);
    const subject = anySubject(random, office);
    const start = cityInstant(day, 9 + 8 * random.fraction());
    const codes = ['PURPOSE_FORBIDDEN', 'MATTER_REQUIRED', 'ARGUMENT_FORBIDDEN', 'AUTHORIZATION_REQUIRED'] as const;
    const refused = Array.from({ length: 3 + random.poisson(4) }, (_, n) =>
      draft(start + n * random.whole(5_000, 90_000), callerOf(thief), {
        purpose: random.weighted(thief.work).purpose,
        decision: 'REFUSED',
        code: random.pick(codes),
      }),
    );
    const last = Math.max(...refused.map(({ at }) => at));
    const one = openCase(random, office, { work: random.weighted(thief.work), subject, day });
    return [...refused, look(thief, last + random.whole(5_000, 60_000), one)];
  },
  ENUMERATION({ random, office, day }) {
    const thief = staffOf(random, office);
    const excuse = openCase(random, office, { work: random.weighted(thief.work), subject: '', day });
    const hits = 0.05 + 0.25 * random.fraction();
    const looks = spread(random, { day, from: 9 + 6 * random.fraction(), hours: 1, times: strength(random, 35, 0.6) });
    return looks.map((at, n) => {
      if (random.chance(hits)) return look(thief, at, { ...excuse, subject: anySubject(random, office) });
      const told = { purpose: excuse.work.purpose, matter: excuse.matter };
      if (random.chance(0.3)) return draft(at, callerOf(thief), { ...told, decision: 'REFUSED', code: 'INPUT_INVALID' });
      return draft(at, callerOf(thief), { ...told, asked: [`o-guess-${day}-${thief.operator}-${n}`], returned: [] });
    });
  },
  OWN_SUBJECT({ random, office, day }) {
    const thief = staffOf(random, office);
    const one = openCase(random, office, { work: random.weighted(thief.work), subject: thief.self, day });
    return spread(random, { day, from: 9, hours: 8, times: random.whole(1, 3) }).map((at) => look(thief, at, one));
  },
  PURPOSE_MATTER({ random, office, day }) {
    const thief = staffOf(random, office);
    const own = random.weighted(thief.work);
    const other = staffOf(random, office, ({ work }) => work.every(([{ purpose }]) => purpose !== own.purpose));
    const [[foreign]] = other.work;
    const { matter } = openCase(random, office, { work: foreign, subject: '', day });
    return spread(random, { day, from: 9, hours: 8, times: random.whole(1, 5) }).map((at) =>
      look(thief, at, { work: own, matter, subject: anySubject(random, office) }),
    );
  },
  AFTER_END({ random, book, day }) {
    const ended = book.ended.filter(({ endedOn }) => endedOn < day);
    const loan = ended.at(-random.whole(1, Math.max(1, Math.min(40, ended.length))));
    if (loan === undefined) return [];
    const looks = spread(random, { day, from: 9, hours: 8, times: random.whole(1, 4) });
    if (random.chance(0.8)) return looks.map((at) => post(loan, at));
    const { matter, banker } = loan;
    const told = {
      purpose: 'LOAN_POST',
      matter,
      asked: [loan.subject],
      decision: 'REFUSED',
      code: 'AUTHORIZATION_REQUIRED',
    } as const;
    const attempts = spread(random, { day, from: 9, hours: 3, times: random.whole(3, 9) });
    return loan.closed ? attempts.map((at) => draft(at, callerOf(banker), told)) : looks.map((at) => post(loan, at));
  },
  EXPORT_SPIKE({ random, office, day }) {
    const thief = office.auditors[random.whole(0, office.auditors.length - 1)] as Staff;
    const looks = spread(random, { day, from: 9, hours: random.whole(1, 8), times: 3 + random.poisson(6) });
    return looks.map((at, n) => {
      const act = { kind: 'EXPORTED', object: `export-${day}-${n}` } as const;
      return draft(at, callerOf(thief), { purpose: 'AUDIT_SUPERVISION', decision: 'ACTED', act });
    });
  },
  WATCHED_SUBJECT({ random, office, day, left }) {
    const auditor = office.auditors[random.whole(0, office.auditors.length - 1)] as Staff;
    const subject = `o-watched-${day}-${random.whole(1, 1_000_000)}`;
    const act = { kind: 'SUBJECT_WATCHED', object: subject } as const;
    const watch = draft(cityInstant(day, 8.5), callerOf(auditor), { purpose: 'AUDIT_SUPERVISION', decision: 'ACTED', act });
    const thief = staffOf(random, office);
    const at = cityInstant(later(day, random.whole(0, Math.min(left - 1, 60))), 9 + 8 * random.fraction());
    return [watch, look(thief, at, openCase(random, office, { work: random.weighted(thief.work), subject, day }))];
  },
  NAGGING({ random, office, day }) {
    const banker = office.bankers[random.whole(0, office.bankers.length - 1)] as Staff;
    const asked = [anySubject(random, office)];
    const requests = spread(random, { day, from: 9, hours: 8, times: 1 + random.poisson(3) });
    const stopped = {
      purpose: 'AUTHORIZATION_HANDLING',
      asked,
      decision: 'REFUSED',
      code: 'AUTHORIZATION_REQUESTS_REPEATED',
    } as const;
    return requests.map((at) => draft(at, callerOf(banker), stopped));
  },
};

function staffOf(random: Random, { staff }: Office, fits: (one: Staff) => boolean = () => true): Staff {
  const fitting = staff.filter(fits);
  return fitting[random.whole(0, fitting.length - 1)] as Staff;
}

function look(staff: Staff, at: number, { work, matter, subject }: ReturnType<typeof openCase>): Draft {
  return draft(at, callerOf(staff), { purpose: work.purpose, matter, asked: [subject] });
}

function strength(random: Random, median: number, sigma: number): number {
  return Math.max(1, Math.round(random.logNormal(median, sigma)));
}

function spread(
  random: Random,
  { day, from, hours, times }: { day: string; from: number; hours: number; times: number },
): number[] {
  return Array.from({ length: times }, () => cityInstant(day, from + hours * random.fraction()));
}

function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
