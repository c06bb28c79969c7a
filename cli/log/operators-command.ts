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
import { readNamedFile } from '../named-file.ts';

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
  const rows = readRows(readNamedFile('<file>', file), subjectKey);
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

/** A refusal names at most so many faults: the first ones tell what is wrong with a file. */
const FAULTS_TOLD = 20;

/** All of the rows or, with every fault named, none. Messages name lines and columns, never what stands there: it is people's numbers. */
function readRows(text: string, subjectKey: string) {
  const records: { record: Row; info: { lines: number } }[] = parse(text, {
    columns: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    info: true,
  });
  const [first] = records;
  if (first === undefined)
    throw new Error(
      `文件中没有账号：第 1 行应为 ${COLUMNS.join(',')}，其后每个账号一行。 The file names no account: after line 1, ${COLUMNS.join(',')}, comes a line for each.`,
    );
  if (COLUMNS.some((column) => first.record[column] === undefined))
    throw new Error(`第 1 行应为 ${COLUMNS.join(',')}。 Line 1 must name the columns ${COLUMNS.join(',')}.`);
  const faults: string[] = [];
  const rows: { organization: string; operator: string; subject: string }[] = [];
  for (const { record, info } of records) {
    const { organization, operator, identifier } = record;
    for (const column of ['organization', 'operator'] as const)
      if (record[column] === '') faults.push(faultAt(info.lines, column, EMPTY));
    const subject = bearer(identifier, subjectKey);
    if (subject !== undefined) rows.push({ organization, operator, subject });
    else faults.push(faultAt(info.lines, 'identifier', identifier === '' ? EMPTY : noNumber(identifier)));
  }
  if (faults.length > 0) throw new Error(refusal(faults));
  return rows;
}

/** What is wrong, in both languages. */
type Fault = readonly [chinese: string, english: string];
const EMPTY: Fault = ['为空', 'is empty'];

function noNumber(identifier: string): Fault {
  const { length } = identifier;
  return [
    `（${length} 个字符）不是有效的居民身份证号或统一社会信用代码`,
    `(${length} characters) is neither a valid resident number nor a valid credit code`,
  ];
}

function faultAt(line: number, column: string, [chinese, english]: Fault): string {
  return `第 ${line} 行 ${column} ${chinese}。 Line ${line}: ${column} ${english}.`;
}

function refusal(faults: readonly string[]): string {
  const more = faults.length - FAULTS_TOLD;
  return [
    `发现 ${faults.length} 处错误，未作任何更改。 ${faults.length} faults; nothing was changed.`,
    ...faults.slice(0, FAULTS_TOLD),
    ...(more > 0 ? [`另有 ${more} 处。 And ${more} more.`] : []),
  ].join('\n');
}

function bearer(identifier: string, subjectKey: string): string | undefined {
  const resident = checkResidentId(identifier);
  if (resident.valid) return subjectId(subjectKey, { type: 'RESIDENT_ID', value: resident.value });
  const uscc = checkUscc(identifier);
  return uscc.valid ? subjectId(subjectKey, { type: 'USCC', value: uscc.value }) : undefined;
}
