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
  /** The names it mentions, by their places in the projection. */
  names: readonly number[];
  /** Place of its operator among the names. */
  operator: number | null;
  /** How many looks the entry stands for, and how many subjects it names. */
  looks: number;
  subjects: number;
}

/** A name that looks mention, and how many of these do. */
export interface Name {
  facet: Facet;
  value: string;
  mentions: number;
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

/** Projects looks in their order, the first of them at position `from`; `latest` and `latenessMs` are those of the looks before them. Pure. */
export function projectLooks(
  from: bigint,
  seen: readonly SeenLook[],
  before: { latest: string | null; latenessMs: number },
): Projection {
  const kinds = new Map<string, Kind>();
  const { names, place } = namePlaces();
  let { latest, latenessMs } = before;
  const looks = seen.map(({ at, common, names: mentioned, looks: count }, offset): Look => {
    const seq = from + BigInt(offset);
    if (latest === null || at > latest) latest = at;
    else latenessMs = Math.max(latenessMs, Date.parse(latest) - Date.parse(at));
    noteKind(kinds, common, seq);
    const operators = place('OPERATOR', mentioned.OPERATOR);
    const subjects = place('SUBJECT', mentioned.SUBJECT);
    const others = (['MATTER', 'ORGANIZATION', 'AUTHORIZATION'] as const).flatMap((facet) => place(facet, mentioned[facet]));
    return {
      seq,
      kind: common.digest,
      at,
      latest,
      names: [...operators, ...others, ...subjects],
      operator: operators[0] ?? null,
      looks: count,
      subjects: subjects.length,
    };
  });
  return { kinds, names, looks, latest, latenessMs };
}

/** Gives each name its place as it is first mentioned, and counts its mentions. */
function namePlaces() {
  const names: Name[] = [];
  const known = new Map<Facet, Map<string, { name: Name; place: number }>>();
  function place(facet: Facet, values: readonly string[]): number[] {
    const ofFacet = known.get(facet) ?? new Map<string, { name: Name; place: number }>();
    known.set(facet, ofFacet);
    return values.map((value) => {
      let found = ofFacet.get(value);
      if (found === undefined) {
        const name = { facet, value, mentions: 0 };
        found = { name, place: names.push(name) - 1 };
        ofFacet.set(value, found);
      }
      found.name.mentions += 1;
      return found.place;
    });
  }
  return { names, place };
}

function noteKind(kinds: Map<string, Kind>, common: CommonPart, seq: bigint): void {
  const known = kinds.get(common.digest);
  if (known) known.last = seq;
  else kinds.set(common.digest, { ...common, first: seq, last: seq });
}
