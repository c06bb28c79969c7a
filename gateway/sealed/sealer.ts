import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { SealedKind, SealedText, SealReadable } from '../querylog/sealing.ts';
import type { SealKeys } from './seal-keys.ts';
import { sealText, type TextPlace } from './sealed-text.ts';

/** Texts that are remembered as sealed: some 30 MB. One that was forgotten is sealed anew, which is harmless. */
const REMEMBERED = 50_000;
/** Names of subjects that are kept of one look: references to more would leave its entry no room. */
const NAMES_OF_A_LOOK = 200;

interface Remembered {
  reference: string;
  /** Until it is durable: what is kept already is only named. */
  text: SealedText | undefined;
}

/**
 * Seals what a person could read of looks. The same text of one owner is sealed once a month, so that most entries only name
 * what is kept already; until the first of them is durable, each brings it along.
 */
export function createSealer(keys: SealKeys): SealReadable {
  const remembered = createBoundedCache<Remembered>(REMEMBERED);

  function seal(text: string, place: TextPlace): Remembered {
    return remembered.remember(`${place.month}\n${place.kind}\n${place.owner}\n${text}`, () => {
      const sealed = sealText(keys.newest, text, place);
      return { reference: Buffer.from(sealed.hash).toString('hex'), text: sealed };
    });
  }

  return ({ time, caller, matter: matterId, subjects: { returned } }, { operatorName, matterText, subjectNames }) => {
    const month = `${time.slice(0, 7)}-01`;
    const fresh: Remembered[] = [];
    const reference = (kind: SealedKind, owner: string | null, text: string | undefined): string | undefined => {
      if (owner === null || text === undefined) return undefined;
      const sealed = seal(text, { kind, owner, month });
      if (sealed.text !== undefined) fresh.push(sealed);
      return sealed.reference;
    };
    const operator = reference('OPERATOR', accountOf(caller), operatorName);
    const matter = reference('MATTER', matterId, matterText);
    const subjects: string[] = [];
    for (const id of returned.slice(0, NAMES_OF_A_LOOK)) {
      const subject = reference('SUBJECT', id, subjectNames?.get(id));
      if (subject !== undefined) subjects.push(subject);
    }
    if (operator === undefined && matter === undefined && subjects.length === 0) return undefined;
    const references = {
      ...(matter !== undefined && { matter }),
      ...(operator !== undefined && { operator }),
      ...(subjects.length > 0 && { subjects }),
    };
    return {
      references,
      texts: fresh.flatMap(({ text }) => text ?? []),
      durable() {
        for (const one of fresh) one.text = undefined;
      },
    };
  };
}

/** An account means nothing without the organisation that gave it. */
function accountOf(caller: QueryLogEntry['caller']): string | null {
  return caller?.operator === undefined ? null : `${caller.organization}/${caller.operator}`;
}
