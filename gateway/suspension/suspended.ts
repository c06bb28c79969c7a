import type { Queryable } from '../../database/db.ts';
import { GatewayError } from '../errors.ts';
import { type Following, type FollowingOptions, follow } from '../following.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';

/** What is suspended now, as far as this gateway knows. */
export interface Suspended extends Pick<Following<unknown>, 'refresh' | 'isKnown' | 'close'> {
  /** @throws {GatewayError} SUSPENDED (naming what is), SUSPENSIONS_UNKNOWN when that could not be read for five seconds. */
  assertNot(caller: Caller, purpose: DeclaredPurpose): void;
  isDepartment(department: string): boolean;
}

/** Follows what is suspended. Resolves once it has been read; rejects with `DatabaseError`. */
export async function followSuspensions({
  db,
  ...options
}: Omit<FollowingOptions<unknown>, 'read'> & { db: Queryable }): Promise<Suspended> {
  const { state, ...following } = await follow<ReadonlySet<string>>({ ...options, read: () => readKeys(db) });
  return {
    assertNot({ organization, operator }, { code }) {
      const keys = state();
      if (!following.isKnown()) throw new GatewayError('SUSPENSIONS_UNKNOWN');
      if (keys.size === 0) return;
      if (keys.has(keyOf('PURPOSE', code))) throw new GatewayError('SUSPENDED', { suspended: 'PURPOSE' });
      if (keys.has(keyOf('ORGANIZATION', organization))) throw new GatewayError('SUSPENDED', { suspended: 'ORGANIZATION' });
      if (operator !== undefined && keys.has(keyOf('CLIENT', organization, operator)))
        throw new GatewayError('SUSPENDED', { suspended: 'CLIENT' });
    },
    isDepartment: (department) => state().size > 0 && state().has(keyOf('DEPARTMENT', department)),
    ...following,
  };
}

async function readKeys(db: Queryable): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ kind: string; target: string; operator: string | null }>(
    'SELECT kind, target, operator FROM suspension.suspension WHERE until IS NULL',
  );
  return new Set(rows.map(({ kind, target, operator }) => keyOf(kind, target, operator)));
}

function keyOf(kind: string, target: string, operator: string | null = null): string {
  return JSON.stringify([kind, target, operator]);
}
