import { hash } from 'node:crypto';
import pg from 'pg';
import { databaseError, TRANSACTION_ABORTED } from './database-error.ts';
import { DatabaseError, type Db, type Queryable, type QueryOptions, type Row, type SqlValue } from './db.ts';
import { IDLE_TRANSACTION_MS } from './idle-transaction.ts';
import { parameterText } from './parameters.ts';
import { SESSION_SETTINGS, typeParser } from './type-parsers.ts';

/** How long to wait for a free or new connection. */
const CONNECT_TIMEOUT_MS = 5_000;
const CONNECTIONS_DEFAULT = 10;
/** For what may take its time: the longest that a timer can wait. */
const UNLIMITED_MS = 2_147_483_647;
/** Every statement here takes milliseconds; compiling one, because new tables look large to the planner, takes tens of them. */
const SERVER_SETTINGS = { ...SESSION_SETTINGS, jit: 'off' } as const;

/** A real PostgreSQL server, and how many connections to it to hold at most. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  url: string;
  connections?: number;
  idleTransactionMs?: number;
  /**
   * How long a statement may take before it is given up together with its connection, which may be silent for good: its server moved, or
   * something between them forgot it. As long as it likes when left out, and in `exec` always.
   */
  answerWithinMs?: number;
}

/** Opens a pool of connections to a real PostgreSQL server; rejects with {@link DatabaseError} when it cannot be reached. */
export async function openPostgres({
  url,
  connections = CONNECTIONS_DEFAULT,
  idleTransactionMs = IDLE_TRANSACTION_MS,
  answerWithinMs,
}: PostgresOptions): Promise<Db> {
  const session = { ...SERVER_SETTINGS, idle_in_transaction_session_timeout: idleTransactionMs };
  const settings = Object.entries(session).map(([name, value]) => `-c ${name}=${value}`);
  const db = new PostgresDb(
    new pg.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...(answerWithinMs !== undefined && { query_timeout: answerWithinMs }),
      options: settings.join(' '),
      types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
    }),
  );
  try {
    await db.query('SELECT 1');
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

class PostgresDb implements Db {
  readonly kind = 'postgres';
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    // The pool replaces an idle connection that broke; without a listener Node would end the process.
    pool.on('error', () => undefined);
  }

  query<T extends Row = Row>(sql: string, params: readonly SqlValue[] = [], options: QueryOptions = {}): Promise<{ rows: T[] }> {
    return run<T>(this.#pool, sql, params, options);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw databaseError(error);
    });
    // While checked out, a broken connection rejects the statement under way; the event has no one else to tell.
    const ignore = () => undefined;
    client.on('error', ignore);
    let reusable = true;
    try {
      await run(client, 'BEGIN', []);
      const result = await work({ query: (sql, params = [], options = {}) => run(client, sql, params, options) });
      await commit(client);
      return result;
    } catch (error) {
      reusable = await client.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(!reusable);
    }
  }

  async exec(sql: string): Promise<void> {
    await this.#pool.query({ text: sql, query_timeout: UNLIMITED_MS } as pg.QueryConfig).catch((error: unknown) => {
      throw databaseError(error);
    });
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}

/** PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw databaseError(error);
  });
  if (command === 'ROLLBACK')
    throw new DatabaseError(`database error ${TRANSACTION_ABORTED}: rolled back instead of committed`, TRANSACTION_ABORTED);
}

async function run<T extends Row>(
  on: pg.Pool | pg.PoolClient,
  text: string,
  params: readonly SqlValue[],
  { prepared = false }: QueryOptions = {},
): Promise<{ rows: T[] }> {
  const statement = { text, values: params.map(parameterValue) };
  try {
    return { rows: (await on.query<T>(prepared ? { name: nameOf(text), ...statement } : statement)).rows };
  } catch (error) {
    throw databaseError(error);
  }
}

/** Bytes travel as they are; written out they would be twice as long, and be read again. */
function parameterValue(value: SqlValue): string | Buffer | null {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return parameterText(value);
}

/** A statement's name on a connection, which holds 63 bytes: the same text has the same name on all of them. */
function nameOf(text: string): string {
  return hash('sha256', text, 'base64url');
}
