import { expect, test } from 'vitest';
import { openTestDatabase } from '../../test/support/database.ts';
import { isWritable } from './is-writable.ts';

test('a log that can be read and takes no entry is not writable, until it takes some again', async () => {
  const db = await openTestDatabase();
  const inTransaction = (mode: string) =>
    db.transaction(async (tx) => {
      await tx.query(`SET TRANSACTION READ ${mode}`);
      return isWritable(tx);
    });
  expect([await isWritable(db), await inTransaction('ONLY'), await inTransaction('WRITE')]).toEqual([true, false, true]);
  await db.close();
});
