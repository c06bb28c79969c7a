import { accountText, type Counted, counted, type Detector, NOTHING } from '../detector.ts';

/** Refusals of each account since its last release, oldest first. */
type Memory = Map<string, (Counted & { at: number; way: string })[]>;

/**
 * Refusals in a row, in different ways, then an answer: somebody tried what it takes. A system with many users is refused now and
 * then, not in a row; a client that is broken is refused in one way.
 */
export const refusedThenReleased: Detector<'REFUSED_THEN_RELEASED', Memory> = {
  begin: () => new Map(),

  take(look, rule, memory) {
    const { decision, code, purpose } = look.entry;
    const refusals = memory.get(look.accountKey);
    if (decision === 'REFUSED' && code !== null && rule.codes.includes(code)) {
      memory.set(look.accountKey, [
        ...recent(refusals ?? [], look.at, rule.minutes),
        { ...counted(look), at: look.at, way: `${code} ${purpose ?? ''}` },
      ]);
      return NOTHING;
    }
    if (!look.accessed || refusals === undefined) return NOTHING;
    memory.delete(look.accountKey);
    const counting = recent(refusals, look.at, rule.minutes);
    const ways = new Set(counting.map(({ way }) => way)).size;
    if (counting.length < rule.refusals || ways < rule.ways) return NOTHING;
    return [
      {
        window: look.day,
        days: 1,
        key: [look.accountKey],
        ...(look.subjects.length === 1 && { subject: look.subjects[0] ?? '' }),
        figures: { refusals: counting.length, ways, minutes: rule.minutes },
        sentence: () =>
          `${accountText(look)}${look.day} 在 ${rule.minutes} 分钟内连续 ${counting.length} 次被拒（原因或用途 ${ways} 种）后，以 ${purpose ?? ''} 查得 ${look.subjects.length} 个主体（阈值：${rule.refusals} 次、${rule.ways} 种）。`,
        entries: () => [...counting, counted(look)],
      },
    ];
  },

  // A window of minutes: no refusal outlives the day after it.
  beginDay({ day }, { minutes }, memory) {
    const midnight = Date.parse(`${day}T00:00:00+08:00`);
    for (const [key, refusals] of memory) {
      const kept = recent(refusals, midnight, minutes);
      if (kept.length === 0) memory.delete(key);
      else memory.set(key, kept);
    }
  },
};

function recent<T extends { at: number }>(refusals: readonly T[], now: number, minutes: number): T[] {
  return refusals.filter(({ at }) => now - at <= minutes * 60_000);
}
