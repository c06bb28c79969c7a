import type { CommonPart } from './common-part.ts';
import type { Facet, SeenLook } from './seen-look.ts';

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
  /** Place of its operator among the names. */
  operator: number | null;
  /** How many looks the entry stands for, and how many subjects it names. */
  looks: number;
  subjects: number;
}

/** A name that looks mention. */
export interface Name {
  facet: Facet;
  value: string;
  /** Places, in the projection, of the looks that mention it, rising. */
  looks: readonly number[];
}

/** Everything the read model learns from some entries. */
export interface Projection {
  kinds: ReadonlyMap<string, Kind>;
  /** Each once. */
  names: readonly Name[];
  looks: readonly Look[];
  /** Null while there is no entry. */
  latest: string | null;
  latenessMs: number;
}

/** An operator is one at most, and counted by. */
const OTHERS = ['MATTER', 'ORGANIZATION', 'AUTHORIZATION', 'SUBJECT'] as const;

/** Projects looks in their order, the first of them at position `from`; `latest` and `latenessMs` are those of the looks before them. Pure. */
export function projectLooks(
  from: bigint,
  seen: readonly SeenLook[],
  before: { latest: string | null; latenessMs: number },
): Projection {
  const kinds = new Map<string, Kind>();
  const { names, mention } = mentionedNames();
  let { latest, latenessMs } = before;
  const looks = seen.map(({ at, common, names: mentioned, looks: count }, offset): Look => {
    const seq = from + BigInt(offset);
    if (latest === null || at > latest) latest = at;
    else latenessMs = Math.max(latenessMs, Date.parse(latest) - Date.parse(at));
    noteKind(kinds, common, seq);
    let operator: number | null = null;
    for (const value of mentioned.OPERATOR) operator = mention('OPERATOR', value, offset);
    for (const facet of OTHERS) for (const value of mentioned[facet]) mention(facet, value, offset);
    return { seq, kind: common.digest, at, latest, operator, looks: count, subjects: mentioned.SUBJECT.length };
  });
  return { kinds, names, looks, latest, latenessMs };
}

/** Gives each name its place as it is first mentioned, and keeps who mentions it. */
function mentionedNames() {
  const names: (Name & { looks: number[] })[] = [];
  const known: Record<Facet, Map<string, number>> = {
    OPERATOR: new Map(),
    MATTER: new Map(),
    ORGANIZATION: new Map(),
    AUTHORIZATION: new Map(),
    SUBJECT: new Map(),
  };
  /** Notes that a look mentions a name; answers the name's place. */
  function mention(facet: Facet, value: string, look: number): number {
    const place = known[facet].get(value);
    if (place !== undefined) {
      names[place]?.looks.push(look);
      return place;
    }
    known[facet].set(value, names.length);
    return names.push({ facet, value, looks: [look] }) - 1;
  }
  return { names, mention };
}

function noteKind(kinds: Map<string, Kind>, common: CommonPart, seq: bigint): void {
  const known = kinds.get(common.digest);
  if (known) known.last = seq;
  else kinds.set(common.digest, { ...common, first: seq, last: seq });
}
