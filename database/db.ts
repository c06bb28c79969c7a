/** A value PostgreSQL's text protocol can carry as a parameter. Arrays become PostgreSQL arrays. */
export type SqlValue = string | number | bigint | boolean | Uint8Array | null | readonly SqlValue[];

/** A row as both drivers return it: `date` as `YYYY-MM-DD` text, `timestamptz` as ISO 8601 UTC text, `int8` as bigint, `numeric` as text, `bytea` as Uint8Array. */
export type Row = Record<string, unknown>;

/** How a statement is sent. */
export interface QueryOptions {
  /** A real server keeps its plan for the connection: for the few statements that are sent so often that planning them counts. */
  prepared?: boolean;
}

/** Anything SQL can be sent to: a database or an open transaction. Rejects with {@link DatabaseError}. */
export interface Queryable {
  query<T extends Row = Row>(sql: string, params?: readonly SqlValue[], options?: QueryOptions): Promise<{ rows: T[] }>;
}

/**
 * One PostgreSQL database, embedded (PGlite) or real (pg): same dialect, same type parsers.
 * Tables are named with their schema (`tax.payment`): each owner has one schema, in one shared or in its own database.
 */
export interface Db extends Queryable {
  readonly kind: 'pglite' | 'postgres' | 'channel';
  /** Runs `work` in one transaction: commits when it resolves, rolls back and rethrows when it rejects. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs many statements separated by semicolons, without parameters (migrations). */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** A driver's error with the SQLSTATE, never the values. Callers switch on `sqlState`. */
export class DatabaseError extends Error {
  readonly sqlState: string | undefined;
  constructor(message: string, sqlState: string | undefined, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DatabaseError';
    this.sqlState = sqlState;
  }
}
