import { randomBytes } from 'node:crypto';
import type { Db } from '../../database/db.ts';
import { openPostgres } from '../../database/postgres.ts';

/** Databases on a real server, each owned by a role of its own that may enter no other of them. */
export interface OwnedDatabases {
  /** The owner's address. */
  urlOf(owner: string): string;
  /** The address of one owner's database with the account of another. */
  urlAs(owner: string, account: string): string;
  /** The superuser's, who enters even a shut one's server. */
  adminUrlOf(owner: string): string;
  /** Ends all connections of the owner and lets it have no new one: to the owner the server is gone. */
  shut(owner: string): Promise<void>;
  reopen(owner: string): Promise<void>;
  /** Ends all connections and drops databases and roles. */
  drop(): Promise<void>;
}

/** Creates a database and a role for each owner; their names begin with `prefix`, and their clocks are ahead of the server's. */
export async function createOwnedDatabases(
  serverUrl: string,
  prefix: string,
  owners: readonly string[],
  clockOffsetMs = 0,
): Promise<OwnedDatabases> {
  const server = await openPostgres({ url: serverUrl, connections: 1 });
  const password = randomBytes(16).toString('hex');
  const nameOf = (owner: string) => `${prefix}_${owner.replaceAll('-', '_')}`;
  const urlOf = (owner: string, role?: string) => {
    const url = new URL(serverUrl);
    url.pathname = `/${nameOf(owner)}`;
    if (role !== undefined) Object.assign(url, { username: role, password });
    return url.href;
  };
  const drop = async () => {
    for (const owner of owners) {
      await server.exec(`DROP DATABASE IF EXISTS ${nameOf(owner)} WITH (FORCE)`);
      await server.exec(`DROP ROLE IF EXISTS ${nameOf(owner)}`);
    }
    await server.close();
  };
  try {
    for (const owner of owners) {
      const name = nameOf(owner);
      await server.exec(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
      await server.exec(`CREATE DATABASE ${name} OWNER ${name}`);
      await server.exec(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
      if (clockOffsetMs !== 0) await shiftClock(server, { name, url: urlOf(owner), clockOffsetMs });
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    urlOf: (owner) => urlOf(owner, nameOf(owner)),
    urlAs: (owner, account) => urlOf(owner, nameOf(account)),
    adminUrlOf: (owner) => urlOf(owner),
    async shut(owner) {
      await server.exec(`ALTER ROLE ${nameOf(owner)} NOLOGIN`);
      await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [nameOf(owner)]);
    },
    reopen: (owner) => server.exec(`ALTER ROLE ${nameOf(owner)} LOGIN`),
    drop,
  };
}

interface Shifted {
  name: string;
  /** The superuser's. */
  url: string;
  clockOffsetMs: number;
}

/** What a database answers when it is asked the time. */
async function shiftClock(server: Db, { name, url, clockOffsetMs }: Shifted): Promise<void> {
  const database = await openPostgres({ url, connections: 1 });
  await database.exec(`CREATE SCHEMA shifted; GRANT USAGE ON SCHEMA shifted TO ${name};
    CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    RETURN pg_catalog.clock_timestamp() + interval '${clockOffsetMs} milliseconds'`);
  await database.close();
  await server.exec(`ALTER DATABASE ${name} SET search_path = shifted, pg_catalog`);
}
