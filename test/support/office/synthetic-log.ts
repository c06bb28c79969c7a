import { Random } from '../../../cli/sample/random.ts';
import { daysAfter, isWorking } from '../../../gateway/review/city-moment.ts';
import type { Account } from '../../../gateway/review/reviewed-look.ts';
import type { PositionedEntry } from '../../../gateway/querylog/read-entries.ts';
import type { ReviewRuleKind, WorkingCalendar } from '../../../policies/review-rules.ts';
import type { Draft } from './draft.ts';
import { PLOTS } from './incidents.ts';
import { loanBook } from './loans.ts';
import { makeOffice, type Office } from './people.ts';
import { routineOf } from './routine.ts';

/** A made-up log, a day at a time, and the key to it. */
export interface SyntheticLog {
  /** Entries of each day in their order, positions dense from 0. */
  days(): Generator<PositionedEntry[]>;
  /** What was planted, by number: its kind, and its entries so far. */
  incidents: Map<number, { kind: ReviewRuleKind; entries: Set<bigint> }>;
  /** Subjects that bear an account. */
  ownSubjects(account: Account): readonly string[];
}

export interface SyntheticOptions {
  seed: string;
  from: string;
  days: number;
  looksPerWorkingDay: number;
  incidents: number;
  calendar: WorkingCalendar;
}

/** No incident in the first days: an office that is new to the log has no habits to stray from. */
const SETTLING_DAYS = 30;
const KINDS = Object.keys(PLOTS) as ReviewRuleKind[];

/** A log of an office in which most people do their work, and some planted ones do not. The same seed makes the same log. */
export function syntheticLog(options: SyntheticOptions): SyntheticLog {
  const { seed, looksPerWorkingDay } = options;
  const office = makeOffice(new Random(`${seed} office`), looksPerWorkingDay);
  const selves = new Map(office.staff.map(({ organization, operator, self }) => [`${organization} ${operator}`, [self]]));
  const incidents: SyntheticLog['incidents'] = new Map();
  return {
    incidents,
    ownSubjects: ({ organization, operator }) => selves.get(`${organization} ${operator}`) ?? [],
    days: () => days(options, office, incidents),
  };
}

function* days(options: SyntheticOptions, office: Office, incidents: SyntheticLog['incidents']): Generator<PositionedEntry[]> {
  const routine = new Random(`${options.seed} routine`);
  const book = loanBook(new Random(`${options.seed} loans`), office);
  const planted = new Random(`${options.seed} incidents`);
  const plan = planOf(planted, options);
  let waiting: Draft[] = [];
  let next = 0n;
  for (let n = 0; n < options.days; n++) {
    const day = daysAfter(options.from, n);
    const working = isWorking({ day, minute: 12 * 60 }, options.calendar);
    waiting.push(...routineOf(routine, office, { day, working }), ...book.dayOf({ day, working }));
    for (const { number, kind } of plan.get(day) ?? []) {
      incidents.set(number, { kind, entries: new Set() });
      const drafts = PLOTS[kind]({ random: planted, office, book, day, left: options.days - n });
      for (const draft of drafts) waiting.push({ ...draft, incident: number });
    }
    const end = Date.parse(`${daysAfter(day, 1)}T00:00:00+08:00`);
    const due = waiting.filter(({ at }) => at < end).sort((a, b) => a.at - b.at);
    waiting = waiting.filter(({ at }) => at >= end);
    yield due.map(({ entry, incident }): PositionedEntry => {
      const index = next++;
      if (incident !== undefined) incidents.get(incident)?.entries.add(index);
      return { index, entry: { ...entry, requestId: `r-${index}` } };
    });
  }
}

/** Which incident begins on which working day. */
function planOf(random: Random, { from, days, incidents, calendar }: SyntheticOptions) {
  const plan = new Map<string, { number: number; kind: ReviewRuleKind }[]>();
  for (let number = 0; number < incidents; ) {
    const day = daysAfter(from, random.whole(SETTLING_DAYS, days - 3));
    if (!isWorking({ day, minute: 12 * 60 }, calendar)) continue;
    const kind = KINDS[number % KINDS.length] as ReviewRuleKind;
    plan.set(day, [...(plan.get(day) ?? []), { number: number++, kind }]);
  }
  return plan;
}
