import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseError, type Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { entryOf } from './entry.fixture.ts';
import { createVersionKeeper, policyVersions, storePolicyVersion } from './policy-versions.ts';
import { createQueryLog } from './query-log.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

function version(content: string) {
  return { hash: createHash('sha256').update(content).digest('hex'), content };
}

const kept = async () => [...(await policyVersions(db))].map(([, content]) => Buffer.from(content).toString());

describe('a policy version', () => {
  test('is kept before the first entry that it decides, by several gateways at once', async () => {
    const one = version('{"名称":1}');
    const logs = Array.from({ length: 3 }, () => {
      const keeper = createVersionKeeper(db);
      keeper.note(one);
      return keeper.guarding(createQueryLog({ db, origin: 'x' }));
    });
    expect(await kept()).toEqual([]);
    await Promise.all(logs.map((log, n) => log.append(entryOf(`r${n}`, { policyHash: one.hash }))));
    expect(await kept()).toEqual([one.content]);
  });

  test('that cannot be kept decides no entry, until it can', async () => {
    const two = version('two');
    let down = true;
    const keeper = createVersionKeeper({
      query: (...given) => (down ? Promise.reject(new DatabaseError('gone', '08006')) : db.query(...given)),
    });
    keeper.note(two);
    const log = keeper.guarding(createQueryLog({ db, origin: 'x' }));
    await expect(log.append(entryOf('r', { policyHash: two.hash }))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    down = false;
    expect(await log.append(entryOf('r', { policyHash: two.hash }))).toMatchObject({ index: '3' });
    expect(await kept()).toContain('two');
  });

  test('costs one statement, not one an entry', async () => {
    const three = version('three');
    let statements = 0;
    const keeper = createVersionKeeper({ query: (...given) => ((statements += 1), db.query(...given)) });
    keeper.note(three);
    const log = keeper.guarding(createQueryLog({ db, origin: 'x' }));
    for (const id of ['a', 'b', 'c']) await log.append(entryOf(id, { policyHash: three.hash }));
    expect(statements).toBe(1);
  });

  test('stays what its hash says, and stays', async () => {
    await expect(storePolicyVersion(db, { hash: 'a'.repeat(64), content: 'other' })).rejects.toMatchObject({ sqlState: '23514' });
    await expect(db.query('DELETE FROM querylog.policy_version')).rejects.toThrow('append-only');
  });
});
