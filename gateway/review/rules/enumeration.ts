import type { QueryLogEntry } from '../../querylog/entry.ts';
import { accountText, at, type Counted, counted, type Detector, NOTHING } from '../detector.ts';
import type { ReviewedLook } from '../reviewed-look.ts';

interface Account {
  missing: Set<string>;
  malformed: number;
  /** Subjects asked for, the malformed ones included. */
  asked: number;
  entries: Counted[];
}

type Memory = Map<string, Account>;

/** The fields that find a subject by an identifier. Whom an act or a filter of the log names, no answer gives back. */
const LOOKUPS: ReadonlySet<string> = new Set(['Query.subject', 'Query.subjects']);

/**
 * Trying codes. The log holds no code, only keyed hashes, so that consecutive codes cannot be seen; what shows is that most codes
 * somebody tries are nobody's: subjects asked for that no answer names, and identifiers that cannot be genuine ({@link isMalformed}).
 */
export const enumeration: Detector<'ENUMERATION', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const malformed = isMalformed(look.entry) ? 1 : 0;
    const asked = malformed + askedOf(look);
    if (asked === 0) return NOTHING;
    const account = at(memory, look.accountKey, (): Account => ({ missing: new Set(), malformed: 0, asked: 0, entries: [] }));
    const missing = missingOf(look);
    account.asked += asked;
    if (malformed === 0 && missing.length === 0) return NOTHING;
    account.malformed += malformed;
    for (const subject of missing) account.missing.add(subject);
    account.entries.push(counted(look));
    const misses = account.missing.size + account.malformed;
    if (misses < rule.misses || misses < account.asked * rule.missedShare) return NOTHING;
    const percent = Math.round((misses / account.asked) * 100);
    return [
      {
        window: look.day,
        days: 1,
        key: [look.accountKey],
        figures: { misses, asked: account.asked, percent },
        sentence: () =>
          `${accountText(look)}${look.day} 查询的 ${account.asked} 个号码中有 ${misses} 个查无主体或不合法，占 ${percent}%（阈值：不少于 ${rule.misses} 个且占 ${rule.missedShare * 100}%）。`,
        entries: () => account.entries,
      },
    ];
  },

  beginDay: (_day, _rule, memory) => memory.clear(),
};

/**
 * Whether an identifier was refused as impossible. The code alone does not tell, only where the refusal came: a fault of the document is
 * found before there is a purpose, one of an act by the department that does it. Where a genuine subject is named too, the fault may be
 * any argument's, and a list refused for one impossible number tells whoever tries nothing. What else is left is rare and counts as well,
 * such as a date of no form in a question that names no subject: the entry does not say which argument it was.
 */
function isMalformed({ code, purpose, departments, subjects }: QueryLogEntry): boolean {
  return code === 'INPUT_INVALID' && purpose !== null && departments.length === 0 && subjects.asked.length === 0;
}

/** How many subjects were asked for. A refusal names no field: those it kept are taken for asked for, and are never missing. */
function askedOf({ entry, subjects }: ReviewedLook): number {
  return entry.decision === 'RELEASED' && !looksUp(entry) ? 0 : subjects.length;
}

/** Subjects that nobody found, where everybody who was asked did answer. */
function missingOf({ entry }: ReviewedLook): string[] {
  const { decision, subjects, departments, unavailable } = entry;
  // Where the policy withholds the field, nobody was asked.
  if (decision !== 'RELEASED' || departments.length === 0 || unavailable.length > 0 || !looksUp(entry)) return [];
  const { asked } = subjects;
  if (asked.every((id, index) => id === subjects.returned[index])) return [];
  const returned = new Set(subjects.returned);
  // Which of the old registration numbers an answer stands for, the log cannot tell.
  return asked.filter((id) => !returned.has(id) && (!id.startsWith('r-') || returned.size === 0));
}

function looksUp({ fields }: QueryLogEntry): boolean {
  return fields.some(({ coordinate }) => LOOKUPS.has(coordinate));
}
