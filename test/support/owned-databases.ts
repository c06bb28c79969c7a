import { randomBytes } from 'node:crypto';
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

/** Creates a database and a role for each owner; their names begin with `prefix`. */
export async function createOwnedDatabases(
  serverUrl: string,
  prefix: string,
  owners: readonly string[],
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
