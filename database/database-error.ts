import { DatabaseError } from './db.ts';

/** SQLSTATE of a lost connection: whether the last statement took effect is unknown. */
export const CONNECTION_LOST = '08006';
/** SQLSTATE of a connection that could not be made: nothing was sent. */
export const CANNOT_CONNECT = '08001';
/** SQLSTATE of a commit that PostgreSQL turned into a rollback, because a statement before it had failed. */
export const TRANSACTION_ABORTED = '25P02';
/** SQLSTATE of a table that is there already. */
export const DUPLICATE_TABLE = '42P07';
/** SQLSTATE of a broken unique constraint. */
export const UNIQUE_VIOLATION = '23505';

/**
 * Classes of SQLSTATE whose server text speaks of statements, connections and resources, never of a row's values.
 * 08 connection, 25 transaction state, 28 authorization, 3D and 3F no such database or schema, 40 rollback, 42 syntax and names
 * (our SQL carries values in parameters only), 53 resources, 55 object state, 57 operator intervention, 58 system.
 */
const SAFE_TEXT_CLASSES = new Set(['08', '25', '28', '3D', '3F', '40', '42', '53', '55', '57', '58']);

/**
 * A driver's error reduced to what may be logged: SQLSTATE, and the names of schema, table, column and constraint.
 * The driver's own error is dropped, not kept as `cause`: its detail, and in PGlite its parameters, are values of records.
 */
export function databaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const fields = readFields(error);
  const { code } = fields;
  if (code === undefined || !/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return new DatabaseError(...connectionFailure(fields));
  const where = [fields.schema, fields.table, fields.column ?? fields.constraint].filter((name) => name !== undefined).join('.');
  const text = SAFE_TEXT_CLASSES.has(code.slice(0, 2)) ? fields.message : undefined;
  return new DatabaseError(`database error ${[code, where, text].filter((part) => part).join(': ')}`, code);
}

type ErrorFields = Partial<Record<'code' | 'message' | 'schema' | 'table' | 'column' | 'constraint', string>>;

function readFields(error: unknown): ErrorFields {
  if (typeof error !== 'object' || error === null) return {};
  const names = ['code', 'message', 'schema', 'table', 'column', 'constraint'] as const;
  const values: Record<string, unknown> = { ...error, message: 'message' in error ? error.message : undefined };
  return Object.fromEntries(names.map((name) => [name, values[name]]).filter(([, value]) => typeof value === 'string'));
}

/** Errors of the socket and of the driver itself carry no SQLSTATE. */
function connectionFailure({ code, message }: ErrorFields): [message: string, sqlState: string] {
  const never =
    code === 'ECONNREFUSED' ||
    code === 'ENOENT' ||
    code === 'ENOTFOUND' ||
    message?.includes('timeout exceeded when trying to connect');
  return never
    ? [`cannot connect to the database (${code ?? 'timeout'})`, CANNOT_CONNECT]
    : [`the connection to the database was lost (${code ?? 'closed'})`, CONNECTION_LOST];
}
