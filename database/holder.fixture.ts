import { openDatabase } from './open-database.ts';

/** A process of its own that has a data directory open and writes numbers into it, telling of each that was committed, until it is ended. */
const db = await openDatabase({ dataDirectory: process.argv[2], exclusive: true });
await db.exec('CREATE SCHEMA IF NOT EXISTS trial; CREATE TABLE IF NOT EXISTS trial.thing (id bigint PRIMARY KEY, writer text)');
process.stdout.write('open\n');
process.on('SIGTERM', () => void db.close().then(() => process.exit(0)));
const { rows } = await db.query<{ next: bigint }>('SELECT coalesce(max(id), 0) + 1 AS next FROM trial.thing');
for (let id = rows[0]?.next ?? 1n; process.argv[3] === 'write'; id += 1n) {
  await db.query(`INSERT INTO trial.thing VALUES ($1, 'holder')`, [id]);
  process.stdout.write(`${id}\n`);
}
