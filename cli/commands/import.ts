import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { env } from 'node:process';
import type { Command } from 'commander';
import type { Db } from '../../database/db.ts';
import { findSchemas } from '../../database/migrate-all.ts';
import { migrate } from '../../database/migrate.ts';
import { openDatabase } from '../../database/open-database.ts';
import { type Config, departmentDirectory, loadConfig } from '../../gateway/config.ts';
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
import { otherRegistry } from '../import/other-registry.ts';
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
  const db = options.dryRun ? null : await openFor(config, category);
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
    process.stdout.write(options.json ? `${JSON.stringify({ ...summary, settled })}\n` : described(summary, settled));
    if (summary.rejected > 0) process.exitCode = EXIT_SOME_REJECTED;
  } finally {
    bar.clear();
    await db?.close();
  }
}

async function retryUnmatched(
  { department, json, gateway }: ImportCommandOptions,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const config = loadConfig(environment);
  const { databaseUrl } = config;
  const registry = otherRegistry(config, gateway);
  const served = DEPARTMENTS.find((code) => code === department);
  const db = await openDatabase({ databaseUrl, dataDirectory: directoryOf(config, served) });
  try {
    const outcome = await settleWaiting(db, {
      clock: Date.now,
      ...(department !== undefined && { department }),
      ...(registry && { resolve: registry.resolve }),
    });
    registry?.report(process.stderr);
    process.stdout.write(
      json ? `${JSON.stringify(outcome)}\n` : `已入库 ${outcome.settled} 行，仍待匹配 ${outcome.waiting} 行。\n`,
    );
  } finally {
    await db.close();
  }
}

async function writeTemplate(category: ImportCategory, output: string | undefined): Promise<void> {
  if (output === undefined) {
    process.stdout.write(templateCsv(category));
    process.stderr.write(templateNotes(category));
    return;
  }
  // `wx`: somebody's filled-in form of that name is not overwritten.
  await writeFile(output, templateCsv(category), { flag: 'wx' });
  await writeFile(`${output}.md`, templateNotes(category), { flag: 'wx' });
}

/** Only the department's own schema is brought up to date: elsewhere each department has a database of its own. */
async function openFor(config: Config, { schema, department }: ImportCategory): Promise<Db> {
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: directoryOf(config, department) });
  const owned = (await findSchemas()).find(({ schemaName }) => schemaName === schema);
  if (owned) await migrate(db, owned.folder, owned.schemaName);
  return db;
}

/** A department that was once served by itself keeps its records in a directory of its own. */
function directoryOf(config: Config, department: Department | undefined): string {
  const own = department === undefined ? undefined : departmentDirectory(config, department);
  return own !== undefined && existsSync(own) ? own : config.dataDirectory;
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

function described(summary: ImportSummary, settled: number): string {
  const { accepted, unchanged, rejected, warned, waiting, layout, rejectsPath, reasons } = summary;
  const waitingNote = waiting > 0 ? `（其中 ${waiting} 行等待登记部门匹配旧注册号）` : '';
  const sentences = Object.entries(reasons).map(([code, count]) => `  ${count} × ${code}：${sentence(code)}`);
  const lines = [
    `${layout}：新增或变更 ${accepted} 行${waitingNote}，未变 ${unchanged} 行，拒收 ${rejected} 行，提醒 ${warned} 行。`,
    ...sentences,
    ...(settled > 0 ? [`另有 ${settled} 行此前待匹配的记录已入库。`] : []),
    ...(rejectsPath === null ? [] : [`拒收的行见 ${rejectsPath}，改正后可直接再次导入。`]),
  ];
  return `${lines.join('\n')}\n`;
}

function sentence(code: string): string {
  return { ...REJECTIONS, ...WARNINGS }[code as RejectionCode | WarningCode];
}
