import type { Queryable } from '../../database/db.ts';
import { GatewayError } from '../errors.ts';
import type { QueryLog } from './entry.ts';

/** A policy version as it is kept: canonical JSON, whose SHA-256 (hex) is its hash. */
export interface PolicyVersion {
  hash: string;
  content: string;
}

/** Keeps a policy version with the log, if it is not kept already; several gateways may do so at once. Rejects with `DatabaseError`. */
export async function storePolicyVersion(db: Queryable, { hash, content }: PolicyVersion): Promise<void> {
  await db.query('INSERT INTO querylog.policy_version (hash, content) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING', [
    hash,
    content,
  ]);
}

/** Every policy version kept with the log, by its hash. Rejects with `DatabaseError`. */
export async function policyVersions(db: Queryable): Promise<ReadonlyMap<string, Uint8Array>> {
  const { rows } = await db.query<{ hash: string; content: string }>('SELECT hash, content FROM querylog.policy_version');
  return new Map(rows.map(({ hash, content }) => [hash, Buffer.from(content)]));
}

/** Policy versions on their way into the log's database. */
export interface VersionKeeper {
  /** Takes a version that is about to be in force. */
  note(version: PolicyVersion): void;
  /** The same log, on which no entry stands before the version that decided it is kept; LOG_UNAVAILABLE while that cannot be. */
  guarding(queryLog: QueryLog): QueryLog;
}

/** Keeps each version before the first entry that it decides: a decision nobody can make again must not be on the log. */
export function createVersionKeeper(db: Queryable): VersionKeeper {
  const noted = new Map<string, PolicyVersion>();

  async function keep(version: PolicyVersion): Promise<void> {
    try {
      await storePolicyVersion(db, version);
    } catch (error) {
      throw new GatewayError('LOG_UNAVAILABLE', {}, { cause: error });
    }
    // Dying before this: the next process notes the version anew and finds it kept.
    noted.delete(version.hash);
  }

  return {
    note: (version) => void noted.set(version.hash, version),
    guarding: (queryLog) => ({
      append(entry, alongside) {
        const version = noted.get(entry.policyHash);
        if (version === undefined) return queryLog.append(entry, alongside);
        return keep(version).then(() => queryLog.append(entry, alongside));
      },
    }),
  };
}
