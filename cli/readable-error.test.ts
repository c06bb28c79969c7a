import { expect, test } from 'vitest';
import { DatabaseError } from '../database/db.ts';
import { readable } from './readable-error.ts';

test.each<[what: string, error: unknown, told: RegExp]>([
  [
    'a server that is not there',
    new DatabaseError('cannot connect to the database (ECONNREFUSED)', '08001'),
    /^连不上数据库.*check host and port in DATABASE_URL.*: cannot connect to the database \(ECONNREFUSED\)$/,
  ],
  [
    'a wrong password',
    new DatabaseError('database error 28P01', '28P01'),
    /^数据库不接受此账号.*user and password in DATABASE_URL/,
  ],
  ['a database that is not there', new DatabaseError('database error 3D000', '3D000'), /^没有此数据库.*or make it first/],
  ['an account that may not', new DatabaseError('database error 42501', '42501'), /^数据库账号权限不足.*must own its database/],
  ['a full disk', new DatabaseError('database error 53100', '53100'), /^数据库所在磁盘已满.*make room first/],
  ['too many connections', new DatabaseError('database error 53300', '53300'), /^数据库连接数已满.*raise max_connections/],
  [
    'any other fault of the database',
    new DatabaseError('database error 22012', '22012'),
    /^命令未能完成。 database error 22012$/,
  ],
  ['an error of the system', new Error('EIO: i/o error'), /^命令未能完成。 EIO: i\/o error$/],
  ['an error of ours, as it is', new Error('没有此目录。 No such directory'), /^没有此目录。 No such directory$/],
])('tells of %s what to do, in Chinese first', (_, error, told) => {
  expect(readable(error)).toMatch(told);
});
