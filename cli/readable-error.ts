import { DatabaseError } from '../database/db.ts';

/** What an operator does about a database that refuses, by the beginning of its SQLSTATE. */
const DATABASE_HINTS: readonly (readonly [sqlState: string, hint: string])[] = [
  [
    '08',
    '连不上数据库：请核对 DATABASE_URL 的主机和端口，并确认数据库在运行；内嵌数据库请核对 XINQIAO_DATA 目录是否完好。 ' +
      'The database cannot be reached: check host and port in DATABASE_URL and that the server runs; of an embedded one, that XINQIAO_DATA is whole',
  ],
  [
    '28',
    '数据库不接受此账号：请核对 DATABASE_URL 的用户名和密码。 The database does not accept this account: check user and password in DATABASE_URL',
  ],
  [
    '3D',
    '没有此数据库：请核对 DATABASE_URL 的库名，或先建库（deploy/postgres/init.sh）。 There is no such database: check its name in DATABASE_URL, or make it first (deploy/postgres/init.sh)',
  ],
  [
    '42501',
    '数据库账号权限不足：它应为该库的所有者（deploy/postgres/init.sh）。 The account may not do this: it must own its database (deploy/postgres/init.sh)',
  ],
  ['53100', '数据库所在磁盘已满：请先腾出空间。 The disk of the database is full: make room first'],
  [
    '53300',
    '数据库连接数已满：请增大 max_connections 或该账号的上限。 The database has no connection left: raise max_connections, or the limit of the account',
  ],
];

/** What a person is told of a failure, in Chinese first: errors of the system and of libraries are English alone, ours begin in Chinese. */
export function readable(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/\p{Script=Han}/u.test(message)) return message;
  const { sqlState = '' } = error instanceof DatabaseError ? error : {};
  const [, hint] = DATABASE_HINTS.find(([beginning]) => sqlState.startsWith(beginning)) ?? [];
  return hint === undefined ? `命令未能完成。 ${message}` : `${hint}: ${message}`;
}
