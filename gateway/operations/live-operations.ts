import type { Queryable } from '../../database/db.ts';
import { type Clock, cityToday } from '../../schema/city-clock.ts';
import { type Following, type FollowingOptions, follow } from '../following.ts';
import { COLUMNS, type OperationClient, type RegisteredOperation, readOperation } from './operation.ts';

/** What is in review or approved, as far as this gateway knows. */
export interface LiveOperations extends Pick<Following<unknown>, 'refresh' | 'isKnown' | 'close'> {
  /** Somebody's operation for a purpose, by its document's SHA-256 (hex); an approval that has passed is found, too. */
  find(client: OperationClient, purpose: string, hash: string): RegisteredOperation | undefined;
  /** A document by its SHA-256 (hex), whoever registered it: it says nothing but itself. */
  document(hash: string): string | undefined;
  all(): Iterable<RegisteredOperation>;
}

interface Live {
  revision: bigint;
  operations: ReadonlyMap<string, RegisteredOperation>;
  documents: ReadonlyMap<string, string>;
}

/** Follows them. Resolves once they have been read; rejects with `DatabaseError`. */
export async function followOperations({
  db,
  clock,
  ...options
}: Omit<FollowingOptions<unknown>, 'read'> & { db: Queryable; clock: Clock }): Promise<LiveOperations> {
  const read = (before: Live | undefined) => readLive(db, before, clock);
  const { state, ...following } = await follow<Live>({ ...options, read });
  return {
    find: (client, purpose, hash) => state().operations.get(keyOf(client, purpose, hash)),
    document: (hash) => state().documents.get(hash),
    all: () => state().operations.values(),
    ...following,
  };
}

async function readLive(db: Queryable, before: Live | undefined, clock: Clock): Promise<Live> {
  if (before !== undefined) {
    const { rows } = await db.query<{ revision: bigint }>('SELECT revision FROM operations.revision');
    if (rows[0]?.revision === before.revision) return before;
  }
  // In one statement, so that the revision is that of the rows.
  const { rows } = await db.query<{ revision: bigint }>(
    `SELECT revision, ${COLUMNS} FROM operations.revision LEFT JOIN operations.operation ON state IN ('IN_REVIEW', 'APPROVED')`,
  );
  const registered = rows
    .filter(({ id }: Record<string, unknown>) => id !== null)
    .map(({ revision: _revision, ...row }) => readOperation(row, cityToday(clock)));
  return {
    revision: rows[0]?.revision ?? 0n,
    operations: new Map(registered.map((one) => [keyOf(one, one.purpose, one.hash), one])),
    documents: new Map(registered.map(({ hash, document }) => [hash, document])),
  };
}

function keyOf({ actor, organization, department }: OperationClient, purpose: string, hash: string): string {
  return JSON.stringify([actor, organization, department, purpose, hash]);
}
