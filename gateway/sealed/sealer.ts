import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import type { QueryLogEntry, Readable } from '../querylog/entry.ts';
import type { SealedKind, SealedText, Sealing, SealReadable } from '../querylog/sealing.ts';
import type { SealKeys } from './seal-keys.ts';
import { sealText } from './sealed-text.ts';

/** Texts that are remembered as sealed: some 30 MB. One that was forgotten is sealed anew, which is harmless. */
const REMEMBERED = 50_000;
/** Names of subjects that are kept of one look: references to more would leave its entry no room. */
const NAMES_OF_A_LOOK = 200;

interface Remembered {
  text: SealedText;
  reference: string;
  durable: boolean;
}

interface Plain {
  kind: SealedKind;
  owner: string;
  text: string;
}

/**
 * Seals what a person could read of looks. The same text of one owner is sealed once a month, so that most entries only name
 * what is kept already; until the first of them is durable, each brings it along.
 */
export function createSealer(keys: SealKeys): SealReadable {
  const remembered = createBoundedCache<Remembered>(REMEMBERED);

  function seal({ text, ...place }: Plain, month: string): Remembered {
    return remembered.remember(`${month}\n${place.kind}\n${place.owner}\n${text}`, () => {
      const sealed = sealText(keys.newest, text, { ...place, month });
      return { text: sealed, reference: Buffer.from(sealed.hash).toString('hex'), durable: false };
    });
  }

  return (entry, readable) => {
    const plain = textsOf(entry, readable);
    if (plain.length === 0) return undefined;
    const month = `${entry.time.slice(0, 7)}-01`;
    return sealingOf(plain.map((one) => seal(one, month)));
  };
}

function sealingOf(all: readonly Remembered[]): Sealing {
  const of = (kind: SealedKind) => all.filter(({ text }) => text.kind === kind).map(({ reference }) => reference);
  const [[operator], [matter], subjects] = [of('OPERATOR'), of('MATTER'), of('SUBJECT')];
  const fresh = all.filter(({ durable }) => !durable);
  return {
    references: {
      ...(matter !== undefined && { matter }),
      ...(operator !== undefined && { operator }),
      ...(subjects.length > 0 && { subjects }),
    },
    texts: fresh.map(({ text }) => text),
    durable() {
      for (const one of fresh) one.durable = true;
    },
  };
}

function textsOf({ caller, matter, subjects }: QueryLogEntry, { operatorName, matterText, subjectNames }: Readable): Plain[] {
  const account = accountOf(caller);
  const names = subjectNames === undefined ? [] : subjects.returned.slice(0, NAMES_OF_A_LOOK);
  const texts: [SealedKind, string | undefined, string | undefined][] = [
    ['OPERATOR', account, operatorName],
    ['MATTER', matter ?? undefined, matterText],
    ...names.map((id): [SealedKind, string, string | undefined] => ['SUBJECT', id, subjectNames?.get(id)]),
  ];
  return texts.flatMap(([kind, owner, text]) => (owner === undefined || text === undefined ? [] : [{ kind, owner, text }]));
}

/** An account means nothing without the organisation that gave it. */
function accountOf(caller: QueryLogEntry['caller']): string | undefined {
  return caller?.operator === undefined ? undefined : `${caller.organization}/${caller.operator}`;
}
