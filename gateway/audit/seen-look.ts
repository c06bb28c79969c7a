import { storableText } from '../../database/storable-text.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { type CommonPart, commonPart } from './common-part.ts';

/** What there are too many of to be part of a kind. */
export type Facet = 'SUBJECT' | 'OPERATOR' | 'MATTER' | 'AUTHORIZATION' | 'ORGANIZATION';

/** What the read model keeps of one entry. */
export interface SeenLook {
  /** When, as the entry says. */
  at: string;
  /** What many other looks have too. */
  common: CommonPart;
  /** The names it mentions, each once. */
  names: Readonly<Record<Facet, readonly string[]>>;
  /** How many looks the entry stands for. */
  looks: number;
}

/** Reads of an entry what the read model keeps. Pure. */
export function seenLook(entry: QueryLogEntry): SeenLook {
  return { at: entry.time, common: commonPart(entry), names: namesOf(entry), looks: entry.count ?? 1 };
}

function namesOf({ caller, matter, subjects, authorizations = [] }: QueryLogEntry): SeenLook['names'] {
  return {
    OPERATOR: storable([caller?.operator]),
    MATTER: storable([matter]),
    ORGANIZATION: storable([caller?.actor === 'SUBJECT' ? caller.organization : null]),
    SUBJECT: storable(new Set([...subjects.asked, ...subjects.returned])),
    AUTHORIZATION: storable(new Set(authorizations)),
  };
}

function storable(values: Iterable<string | null | undefined>): string[] {
  const known: string[] = [];
  for (const value of values) if (value !== null && value !== undefined) known.push(storableText(value));
  return known;
}
