import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';

const COLUMNS = ['organization', 'operator', 'identifier'] as const;
type Row = Record<(typeof COLUMNS)[number], string>;

/**
 * Adds `xinqiao log operators`: takes in which credit subjects bear an organisation's work accounts, so that looking oneself up can be
 * found. The file replaces what the organisations in it told before; of an identifier only its keyed hash is kept.
 * Exit codes: 0 taken in; 1 unreadable, or a row is faulty: then nothing is changed.
 */
export function registerLogOperators(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('operators')
    .description('导入工作账号使用人名单。 Take in who bears the work accounts of organisations')
    .argument('<file>', 'CSV (UTF-8) with the columns organization, operator, identifier (resident number or credit code)')
    .action((file: string) => takeIn(file, environment));
}

async function takeIn(file: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment);
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  const rows = readRows(await readFile(file, 'utf8'), subjectKey);
  const { databaseUrl, dataDirectory } = config;
  const db = await openDatabase({ databaseUrl, dataDirectory });
  try {
    for (const { schemaName, folder } of await findSchemas()) if (schemaName === 'review') await migrate(db, folder, schemaName);
    await db.transaction(async (tx) => {
      await tx.query('DELETE FROM review.operator_subject WHERE organization = ANY($1)', [
        [...new Set(rows.map(({ organization }) => organization))],
      ]);
      await tx.query(
        `INSERT INTO review.operator_subject (organization, operator, subject)
         SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[])`,
        [rows.map(({ organization }) => organization), rows.map(({ operator }) => operator), rows.map(({ subject }) => subject)],
      );
    });
  } finally {
    await db.close();
  }
  process.stdout.write(`已导入 ${rows.length} 个工作账号的使用人。 ${rows.length} bearers of work accounts taken in.\n`);
}

/** Messages name lines, never what stands in them: they are people's numbers. */
function readRows(text: string, subjectKey: string) {
  const rows: Row[] = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  const [first] = rows;
  if (first !== undefined && COLUMNS.some((column) => first[column] === undefined))
    throw new Error(`第 1 行应为 ${COLUMNS.join(',')}。 Line 1 must name the columns ${COLUMNS.join(',')}.`);
  return rows.map(({ organization, operator, identifier }, index) => {
    const subject = identifier === undefined ? undefined : bearer(identifier, subjectKey);
    if (!organization || !operator || subject === undefined)
      throw new Error(`第 ${index + 2} 行不合法，未作任何更改。 Line ${index + 2} is faulty; nothing was changed.`);
    return { organization, operator, subject };
  });
}

function bearer(identifier: string, subjectKey: string): string | undefined {
  const resident = checkResidentId(identifier);
  if (resident.valid) return subjectId(subjectKey, { type: 'RESIDENT_ID', value: resident.value });
  const uscc = checkUscc(identifier);
  return uscc.valid ? subjectId(subjectKey, { type: 'USCC', value: uscc.value }) : undefined;
}
