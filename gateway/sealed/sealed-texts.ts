import type { Queryable } from '../../database/db.ts';
import type { SealedReferences } from '../querylog/entry.ts';
import type { SealedKind, SealedText } from '../querylog/sealing.ts';
import type { SealKeys } from './seal-keys.ts';
import { openText } from './sealed-text.ts';

/** What a person can read of a look: null where nothing was kept, or it was erased. */
export interface UnsealedLook {
  operatorName: string | null;
  matterText: string | null;
  /** Names as they were shown, by the subject's id. */
  subjectNames: ReadonlyMap<string, string>;
}

/**
 * Opens what was sealed beside one look. It asks nobody: who may read is for the review to say, by its unsealing of two persons (`../review/`). Rejects with `DatabaseError`, and with an Error when
 * what is kept was changed.
 */
export async function openSealed(db: Queryable, keys: SealKeys, references: SealedReferences): Promise<UnsealedLook> {
  const { operator, matter, subjects = [] } = references;
  const hashes = [operator, matter, ...subjects].filter((hash) => hash !== undefined).map((hash) => Buffer.from(hash, 'hex'));
  const { rows } = await db.query<{ kind: SealedKind; owner: string; month: string; keyId: string; sealed: Uint8Array }>(
    `SELECT kind, owner, month, key_id AS "keyId", sealed FROM querylog.sealed_text WHERE hash = ANY($1::bytea[])`,
    [hashes],
  );
  const opened = rows.map((row) => ({ kind: row.kind, owner: row.owner, text: openText(keys, row) }));
  const textOf = (kind: SealedKind) => opened.find((one) => one.kind === kind)?.text ?? null;
  const names = opened.flatMap(({ kind, owner, text }) => (kind === 'SUBJECT' && text !== null ? [[owner, text] as const] : []));
  return { operatorName: textOf('OPERATOR'), matterText: textOf('MATTER'), subjectNames: new Map(names) };
}

/** What is to be erased: all of one owner, or all of the months before one (`YYYY-MM`). */
export type Erasure = Pick<SealedText, 'kind' | 'owner'> | { beforeMonth: string };

/** Erases texts for good, and resolves with how many. What refers to them stays, and every proof with it. Rejects with `DatabaseError`. */
export async function eraseTexts(tx: Queryable, erasure: Erasure): Promise<number> {
  const [condition, params] =
    'beforeMonth' in erasure
      ? (['month < $1::date', [`${erasure.beforeMonth}-01`]] as const)
      : (['kind = $1 AND owner = $2', [erasure.kind, erasure.owner]] as const);
  const { rows } = await tx.query(`DELETE FROM querylog.sealed_text WHERE ${condition} RETURNING 1`, params);
  return rows.length;
}
