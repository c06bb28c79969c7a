import { userInfo } from 'node:os';
import { env } from 'node:process';
import type { Command } from 'commander';
import { DatabaseError, type Db } from '../../database/db.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { type Department, DEPARTMENTS } from '../../schema/signed-context.ts';
import { IMPORT_CATEGORIES, importCategory } from '../../subgraphs/import-categories.ts';
import type { ImportCategory } from '../../subgraphs/kit/import/category.ts';
import type { ImportSummary } from '../../subgraphs/kit/import/import-file.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';
import type { RejectionCode, WarningCode } from '../../subgraphs/kit/import/reasons.ts';
import { REJECTIONS, WARNINGS } from '../../subgraphs/kit/import/reasons.ts';
import { templateCsv, templateNotes } from '../../subgraphs/kit/import/template.ts';
import { settleWaiting } from '../../subgraphs/settle-waiting.ts';
import { type OtherRegistry, otherRegistry } from '../import/other-registry.ts';
import { type RecordPlace, recordPlace, recordPlaces } from '../import/record-place.ts';
import { writeNamedFile } from '../named-file.ts';
import { progressBar } from '../progress-bar.ts';

interface ImportCommandOptions {
  department?: string;
  officer?: string;
  template?: string;
  output?: string;
  gateway?: string;
  dryRun?: true;
  retryUnmatched?: true;
  json?: true;
}

/** Some rows were rejected; the others are in. */
const EXIT_SOME_REJECTED = 2;

/**
 * Adds `xinqiao import`: takes a department's file in, writes a template, or tries waiting rows again.
 * Exit codes: 0 all rows taken in, 2 some rejected (they stand in FILE.rejected.csv), 1 unreadable or misused.
 */
export function registerImport(program: Command, environment: NodeJS.ProcessEnv = env): void {
  program
    .command('import')
    .description("导入部门报送的文件（CSV 或 .xlsx）。 Take in a department's file")
    .argument('[category]', 'kind of file, see the list below')
    .argument('[file]', 'CSV (UTF-8 or GB18030) or .xlsx up to 100,000 rows')
    .option('--department <code>', `department that sends it: ${DEPARTMENTS.join(', ')}`)
    .option('--officer <name>', 'officer responsible for rows that name none (default: the account that runs this command)')
    .option('--gateway <url>', 'ask here for old 15-digit numbers, with the token in XINQIAO_GATEWAY_TOKEN')
    .option('--dry-run', 'validate only: store nothing, write no file')
    .option('--retry-unmatched', "take in rows that wait for a subject's old number, as far as the registry knows it by now")
    .option('--template <category>', 'print the template of a category as CSV, and its notes on standard error')
    .option('--output <file>', 'write the template to a file, and its notes to FILE.md')
    .option('--json', 'print one JSON value')
    .addHelpText('after', `\n${categoryList()}`)
    .action(async (category: string | undefined, file: string | undefined, options: ImportCommandOptions) => {
      if (options.template !== undefined) return writeTemplate(findCategory(options.template), options.output);
      if (options.retryUnmatched) return retryUnmatched(options, environment);
      if (category === undefined || file === undefined)
        throw new Error('用法 Usage: xinqiao import <category> FILE --department CODE');
      return importOne(findCategory(category), file, { options, environment });
    });
}

async function importOne(
  category: ImportCategory,
  file: string,
  { options, environment }: { options: ImportCommandOptions; environment: NodeJS.ProcessEnv },
): Promise<void> {
  checkDepartment(category, options.department);
  const config = loadConfig(environment);
  const registry = otherRegistry(config, options.gateway, category);
  const { subjectKey } = requireSecrets(config, ['subjectKey']);
  const officer = options.officer?.trim() || userInfo().username;
  const place = options.dryRun ? null : recordPlace(config, category.department);
  const db = place && (await openFor(place, category));
  const bar = progressBar(process.stderr, Date.now);
  try {
    const summary = await importFile({
      db,
      category,
      source: { path: file },
      officer,
      subjectKey,
      clock: Date.now,
      onProgress: bar.show,
      ...(registry && { resolve: registry.resolve }),
    });
    bar.clear();
    registry?.report(process.stderr);
    const settled = category.name === 'registrations' && db ? (await settleWaiting(db, { clock: Date.now })).settled : 0;
    const outcome = { ...summary, settled, database: place?.name ?? null };
    process.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : described(outcome, place));
    if (summary.rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
  } catch (error) {
    throw error instanceof DatabaseError && /^(?:08|57)/.test(error.sqlState ?? '') ? interrupted(error) : error;
  } finally {
    bar.clear();
    await db?.close();
  }
}

/** The database has gone, or was told to stop (SQLSTATE classes 08 and 57): what was stored by then is whole. */
function interrupted(cause: DatabaseError): Error {
  return new Error(
    `与数据库的连接中断，文件只导入了一部分；请待其恢复后再导入一次，已入库的行不会重复。 ${cause.message}: a part of the file is in; import it again once it is back.`,
    { cause },
  );
}

async function retryUnmatched(
  { department, json, gateway }: ImportCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const config = loadConfig(environment);
  const registry = otherRegistry(config, gateway);
  const places = department === undefined ? recordPlaces(config) : [recordPlace(config, departmentNamed(department))];
  const total = { settled: 0, waiting: 0, databases: places.map(({ name }) => name) };
  for (const place of places) {
    const { settled, waiting } = await settleIn(place, place.department ?? department, registry);
    total.settled += settled;
    total.waiting += waiting;
  }
  registry?.report(process.stderr);
  process.stdout.write(
    json
      ? `${JSON.stringify(total)}\n`
      : `已入库 ${total.settled} 行，仍待匹配 ${total.waiting} 行。 ${total.settled} rows taken in, ${total.waiting} still wait. 查看了 Looked in: ${total.databases.join(', ')}\n`,
  );
}

async function settleIn(place: RecordPlace, department: string | undefined, registry: OtherRegistry | undefined) {
  const db = await openDatabase(place);
  try {
    return await settleWaiting(db, {
      clock: Date.now,
      ...(department !== undefined && { department }),
      ...(registry && { resolve: registry.resolve }),
    });
  } finally {
    await db.close();
  }
}

function writeTemplate(category: ImportCategory, output: string | undefined): void {
  if (output === undefined) {
    process.stdout.write(templateCsv(category));
    process.stderr.write(templateNotes(category));
    return;
  }
  // Never over somebody's filled-in form of that name.
  writeNamedFile('--output', output, { text: templateCsv(category) });
  writeNamedFile('--output', `${output}.md`, { text: templateNotes(category) });
}

/** Only the department's own schema is brought up to date: elsewhere each department has a database of its own. */
async function openFor(place: RecordPlace, { schema }: ImportCategory): Promise<Db> {
  const db = await openDatabase(place);
  const owned = (await findSchemas()).find(({ schemaName }) => schemaName === schema);
  if (owned) await migrate(db, owned.folder, owned.schemaName);
  return db;
}

function departmentNamed(code: string): Department {
  const department = DEPARTMENTS.find((known) => known === code);
  if (department !== undefined) return department;
  throw new Error(
    `--department：没有部门 ${code}。 --department: there is no department ${code}; there are ${DEPARTMENTS.join(', ')}.`,
  );
}

function findCategory(name: string): ImportCategory {
  const category = importCategory(name);
  if (!category) throw new Error(`没有名为 ${name} 的类别。 There is no category of this name.\n${categoryList()}`);
  return category;
}

function checkDepartment(category: ImportCategory, department: string | undefined): void {
  if (department === undefined)
    throw new Error(
      `请用 --department 指明报送部门。 --department is needed: ${category.name} comes from ${category.department}.`,
    );
  if (department !== category.department) {
    throw new Error(
      `${category.title}由 ${category.department} 报送，不由 ${department} 报送。 ${category.name} comes from ${category.department}, not from ${department}.`,
    );
  }
}

function categoryList(): string {
  const rows = IMPORT_CATEGORIES.map(
    ({ name, department, title }) => `  ${name.padEnd(18)} --department ${department.padEnd(16)} ${title}`,
  );
  return ['类别 Categories:', ...rows].join('\n');
}

function described(summary: ImportSummary & { settled: number }, place: RecordPlace | null): string {
  const { accepted, unchanged, rejected, warned, waiting, layout, rejectsPath, reasons, unreadSheets, settled } = summary;
  const waitingNote = waiting > 0 ? `（其中 ${waiting} 行等待登记部门匹配旧注册号）` : '';
  const sentences = Object.entries(reasons).map(([code, count]) => `  ${count} × ${code}：${sentence(code)}`);
  const lines = [
    `${layout}：新增或变更 ${accepted} 行${waitingNote}，未变 ${unchanged} 行，拒收 ${rejected} 行，提醒 ${warned} 行。`,
    ...sentences,
    ...(unreadSheets.length > 0
      ? [`另有 ${unreadSheets.length} 张工作表未读（只读第一张）：${unreadSheets.join('、')}。 Only the first sheet was read.`]
      : []),
    ...(settled > 0 ? [`另有 ${settled} 行此前待匹配的记录已入库。`] : []),
    place === null ? '只校验，未存入任何数据库。 Validated only: nothing was stored.' : `存入 Stored in: ${placeNamed(place)}`,
    ...(rejectsPath === null ? [] : [`拒收的行见 ${rejectsPath}，改正后可直接再次导入。`]),
  ];
  return `${lines.join('\n')}\n`;
}

function placeNamed({ name, department }: RecordPlace): string {
  if (department === undefined) return name;
  return `${name}（${department} 单独运行时的目录，网关内嵌的数据库看不到。 The directory of ${department} as served by itself: a gateway with an embedded ${department} does not see it.）`;
}

function sentence(code: string): string {
  return { ...REJECTIONS, ...WARNINGS }[code as RejectionCode | WarningCode];
}
