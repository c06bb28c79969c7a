import type { CommonPart } from './common-part.ts';
import { nameKey, type NameOfLook, type SeenLook } from './seen-look.ts';

/** What many looks have in common, with the positions of the oldest and the newest look in question. */
export interface Kind extends CommonPart {
  first: bigint;
  last: bigint;
}

/** A look as the read model keeps it. */
export interface Look {
  seq: bigint;
  /** Digest of its kind. */
  kind: string;
  at: string;
  /** The latest time of any entry up to this one. */
  latest: string;
  /** Keys of the names it mentions, see {@link nameKey}. */
  names: readonly string[];
  /** Key of its operator. */
  operator: string | null;
  /** How many looks the entry stands for, and how many subjects it names. */
  looks: number;
  subjects: number;
}

/** A name that looks mention, and how many of these do. */
export interface Name extends NameOfLook {
  mentions: number;
}

/** Everything the read model learns from some entries. */
export interface Projection {
  kinds: ReadonlyMap<string, Kind>;
  names: ReadonlyMap<string, Name>;
  looks: readonly Look[];
  /** Null while there is no entry. */
  latest: string | null;
  latenessMs: number;
}

/** Projects looks in their order, the first of them at position `from`; `latest` and `latenessMs` are those of the looks before them. Pure. */
export function projectLooks(
  from: bigint,
  seen: readonly SeenLook[],
  before: { latest: string | null; latenessMs: number },
): Projection {
  const kinds = new Map<string, Kind>();
  const names = new Map<string, Name>();
  let { latest, latenessMs } = before;
  const looks = seen.map(({ at, common, names: mentioned, looks: count }, offset): Look => {
    const seq = from + BigInt(offset);
    if (latest === null || at > latest) latest = at;
    else latenessMs = Math.max(latenessMs, Date.parse(latest) - Date.parse(at));
    for (const name of mentioned) noteName(names, name);
    noteKind(kinds, common, seq);
    const operator = mentioned.find(({ facet }) => facet === 'OPERATOR');
    return {
      seq,
      kind: common.digest,
      at,
      latest,
      names: mentioned.map(nameKey),
      operator: operator ? nameKey(operator) : null,
      looks: count,
      subjects: mentioned.filter(({ facet }) => facet === 'SUBJECT').length,
    };
  });
  return { kinds, names, looks, latest, latenessMs };
}

function noteName(names: Map<string, Name>, name: NameOfLook): void {
  const key = nameKey(name);
  const known = names.get(key);
  if (known) known.mentions += 1;
  else names.set(key, { ...name, mentions: 1 });
}

function noteKind(kinds: Map<string, Kind>, common: CommonPart, seq: bigint): void {
  const known = kinds.get(common.digest);
  if (known) known.last = seq;
  else kinds.set(common.digest, { ...common, first: seq, last: seq });
}
