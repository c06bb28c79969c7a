import type { Random } from '../../../cli/sample/random.ts';
import { callerOf, cityInstant, type Draft, draft, type Told } from './draft.ts';
import { anySubject, type Case, type Office, type Staff, type Work } from './people.ts';

/** A day of the office. */
export interface OfficeDay {
  day: string;
  working: boolean;
}

/** Cases a person has at hand. */
const CASES_AT_HAND = 8;

/** What everybody does on a day when nobody does anything wrong: cases, slips of the pen, refusals, a late evening now and then. */
export function routineOf(random: Random, office: Office, today: OfficeDay): Draft[] {
  return [
    ...office.staff.flatMap((staff) => staffDay(random, office, { staff, today })),
    ...office.systems.flatMap((system) => drawByNight(random, office, { system, today })),
    ...office.auditors.flatMap((auditor) => auditDay(random, office, { auditor, today })),
    ...public_(random, office, today),
  ];
}

/** A new case of somebody's work. */
export function openCase(
  random: Random,
  { number }: Office,
  { work, subject, day }: { work: Work; subject: string; day: string },
): Case {
  const matter = work.prefix === null ? null : `云${work.prefix}〔${day.slice(0, 4)}〕${number()}号`;
  return { work, matter: matter !== null && random.chance(0.002) ? `${number()}` : matter, subject };
}

function staffDay(random: Random, office: Office, { staff, today }: { staff: Staff; today: OfficeDay }): Draft[] {
  if (!worksOn(random, staff, today)) return [];
  const busy = random.logNormal(1, 0.3);
  const looks = random.poisson(staff.pace * busy);
  const hours = Array.from({ length: looks }, () => workingHour(random, staff, today));
  if (random.chance(staff.overtime)) for (let n = random.whole(1, 3); n > 0; n--) hours.push(19 + 3 * random.fraction());
  return hours.flatMap((hour) => oneLook(random, office, { staff, day: today.day, at: cityInstant(today.day, hour) }));
}

function worksOn(random: Random, { habit, overtime }: Staff, { working }: OfficeDay): boolean {
  if (habit === 'SHIFT') return random.chance(0.7);
  return working ? random.chance(0.93) : random.chance(overtime / 5);
}

function workingHour(random: Random, { habit }: Staff, { working }: OfficeDay): number {
  if (habit === 'SHIFT') return 24 * random.fraction();
  if (!working) return 9 + 6 * random.fraction();
  return random.chance(0.55) ? 8.5 + 3.5 * random.fraction() : 13.5 + 4.3 * random.fraction();
}

/** One look at a case, old or new; before it perhaps a slip. */
function oneLook(random: Random, office: Office, { staff, day, at }: { staff: Staff; day: string; at: number }): Draft[] {
  const known = staff.cases.length > 0 && random.chance(0.4) ? staff.cases[random.whole(0, staff.cases.length - 1)] : undefined;
  const one = known ?? openCase(random, office, { work: random.weighted(staff.work), subject: anySubject(random, office), day });
  if (known === undefined) staff.cases = [...staff.cases.slice(1 - CASES_AT_HAND), one];
  const caller = callerOf(staff);
  const told = { purpose: one.work.purpose, matter: one.matter, asked: [one.subject] };
  const look = draft(at, caller, told);
  if (random.chance(0.02))
    return [draft(at - 40_000, caller, { ...told, asked: [], decision: 'REFUSED', code: 'INPUT_INVALID' }), look];
  if (random.chance(0.015)) return [draft(at, caller, { ...told, asked: [`o-nobody-${office.number()}`], returned: [] })];
  if (random.chance(0.02)) return [...slips(random, { at, caller, told }), look];
  if (random.chance(0.004)) return [draft(at, caller, { ...told, decision: 'FAILED', code: 'REFERENCE_UNAVAILABLE' })];
  return [look];
}

/** Most people need one refusal to see what is missing, some need more; now and then two things are. */
function slips(random: Random, { at, caller, told }: { at: number; caller: Draft['entry']['caller']; told: Told }): Draft[] {
  return Array.from({ length: 1 + random.geometric(0.4) }, (_, n) => {
    const code = random.chance(0.9) ? 'MATTER_REQUIRED' : 'ARGUMENT_FORBIDDEN';
    return draft(at - 30_000 * (n + 1), caller, { ...told, asked: [], matter: null, decision: 'REFUSED', code });
  });
}

function drawByNight(random: Random, office: Office, { system, today }: { system: Staff; today: OfficeDay }): Draft[] {
  if (!random.chance(0.6)) return [];
  const requests = 1 + random.poisson(system.pace);
  const [[work]] = system.work;
  return Array.from({ length: requests }, (_, n) => {
    const asked = [...new Set(Array.from({ length: random.whole(10, 60) }, () => anySubject(random, office)))];
    const matter = openCase(random, office, { work, subject: '', day: today.day }).matter;
    return draft(cityInstant(today.day, 2 + n * 0.01), callerOf(system), { purpose: work.purpose, matter, asked });
  });
}

function auditDay(random: Random, office: Office, { auditor, today }: { auditor: Staff; today: OfficeDay }): Draft[] {
  const { day, working } = today;
  if (!working) return [];
  const looks = Array.from({ length: random.poisson(6) }, () => workingHour(random, auditor, { day, working }));
  const exports = random.chance(0.15) ? random.whole(1, 2) : 0;
  return [
    ...looks.map((hour) => draft(cityInstant(day, hour), callerOf(auditor), { purpose: 'AUDIT_SUPERVISION' })),
    ...Array.from({ length: exports }, (_, n) =>
      draft(cityInstant(day, 10 + n), callerOf(auditor), {
        purpose: 'AUDIT_SUPERVISION',
        decision: 'ACTED',
        act: { kind: 'EXPORTED', object: `export-${office.number()}` },
      }),
    ),
  ];
}

/** Subjects who look at themselves, and the public, at any hour. */
function public_(random: Random, office: Office, { day }: OfficeDay): Draft[] {
  const looks = random.poisson(office.staff.length * 1.5);
  return Array.from({ length: looks }, () => {
    const at = cityInstant(day, 24 * random.fraction() ** 0.7);
    const subject = anySubject(random, office);
    if (random.chance(0.5))
      return draft(at, { actor: 'SUBJECT', organization: subject, subject }, { purpose: 'SELF_QUERY', asked: [subject] });
    const returned = random.chance(0.1) ? [] : [subject];
    return draft(at, { actor: 'PUBLIC', organization: '' }, { purpose: 'PUBLIC_QUERY', asked: [subject], returned });
  });
}
