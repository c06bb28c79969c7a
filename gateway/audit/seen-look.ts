import { storableText } from '../../database/storable-text.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { type CommonPart, commonPart } from './common-part.ts';

/** What there are too many of to be part of a kind. */
type Facet = 'SUBJECT' | 'OPERATOR' | 'MATTER' | 'AUTHORIZATION' | 'ORGANIZATION';

/** A name that a look mentions. */
export interface NameOfLook {
  facet: Facet;
  value: string;
}

/** What the read model keeps of one entry. */
export interface SeenLook {
  /** When, as the entry says. */
  at: string;
  /** What many other looks have too. */
  common: CommonPart;
  /** Each once. */
  names: readonly NameOfLook[];
  /** How many looks the entry stands for. */
  looks: number;
}

/** Reads of an entry what the read model keeps. Pure. */
export function seenLook(entry: QueryLogEntry): SeenLook {
  return { at: entry.time, common: commonPart(entry), names: namesOf(entry), looks: entry.count ?? 1 };
}

/** One text for facet and value, to find a name's number by. */
export function nameKey({ facet, value }: { facet: string; value: string }): string {
  return `${facet} ${value}`;
}

function namesOf({ caller, matter, subjects, authorizations = [] }: QueryLogEntry): NameOfLook[] {
  const found: [Facet, string | null | undefined][] = [
    ['OPERATOR', caller?.operator],
    ['MATTER', matter],
    ['ORGANIZATION', caller?.actor === 'SUBJECT' ? caller.organization : null],
    ...[...new Set([...subjects.asked, ...subjects.returned])].map((id): [Facet, string] => ['SUBJECT', id]),
    ...[...new Set(authorizations)].map((id): [Facet, string] => ['AUTHORIZATION', id]),
  ];
  return found.flatMap(([facet, value]) =>
    value === null || value === undefined ? [] : [{ facet, value: storableText(value) }],
  );
}
