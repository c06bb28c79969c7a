import { DepartmentError } from './department-error.ts';

/** The longest position a cursor may hold: PostgreSQL's bigint has 19 digits. */
const CURSOR = /^at:(\d{1,18})$/;

/** An opaque cursor, stable for ever: the position of an entry never changes. */
export function cursorAt(seq: bigint): string {
  return Buffer.from(`at:${seq}`).toString('base64url');
}

/** The position a cursor stands for; undefined for none. Throws INPUT_INVALID for a text that is no cursor. */
export function positionOf(cursor: string | null | undefined): bigint | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [, position] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (position === undefined) throw new DepartmentError('INPUT_INVALID');
  return BigInt(position);
}
