import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../../cli/table.ts';
import type { BenchOptions } from './options.ts';

/** What a command found: tables people read, sentences that judge, and all figures for machines. */
export interface Report {
  /** Name of the command, such as `bench:scale`. */
  command: string;
  tables: readonly { title: string; rows: readonly (readonly string[])[] }[];
  /** Each aim beside what was seen. */
  verdicts: readonly Verdict[];
  figures: unknown;
}

/** One aim of the project and whether this run met it. */
export interface Verdict {
  aim: string;
  seen: string;
  met: boolean;
}

const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
const WIDEST = 60;

/** An aim that something is at least so many times something else. */
export function atLeast(aim: string, seen: number, least: number): Verdict {
  return { aim: `${aim} ≥ ${least}×`, seen: `${seen.toFixed(2)}×`, met: seen >= least };
}

/** An aim that something stays within a bound; both in the unit that `unit` names. */
export function atMost(aim: string, seen: number, { most, unit }: { most: number; unit: string }): Verdict {
  return { aim: `${aim} ≤ ${most}${unit}`, seen: `${seen.toFixed(2)}${unit}`, met: seen <= most };
}

/** Prints a report, and writes it where the options say. */
export function publish(report: Report, { json, results, smoke }: Pick<BenchOptions, 'json' | 'results' | 'smoke'>): void {
  const at = machine();
  process.stdout.write(`${describe(report, formatTable)}\n${at}\n`);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ command: report.command, machine: at, ...pick(report) }, null, 2)}\n`);
  // A smoke run's figures are not worth a line.
  if (results && !smoke) writeResults(report, at);
}

function pick({ verdicts, figures }: Report) {
  return { verdicts, figures };
}

function describe(report: Report, table: (rows: readonly (readonly string[])[], width: number) => string): string {
  const tables = report.tables.map(({ title, rows }) => `${title}\n\n${table(rows, WIDEST)}\n`);
  const verdicts = report.verdicts.map(({ aim, seen, met }) => [aim, seen, met ? 'met' : 'missed']);
  if (verdicts.length > 0) tables.push(`${table([['aim', 'seen', ''], ...verdicts], WIDEST)}\n`);
  return tables.join('\n');
}

/** Replaces this command's section of RESULTS.md and keeps the others. */
function writeResults(report: Report, at: string): void {
  const begin = `<!-- ${report.command}:begin -->`;
  const end = `<!-- ${report.command}:end -->`;
  const section = `${begin}\n\n## npm run ${report.command}\n\n${at}\n\n${describe(report, markdown)}\n${end}`;
  const text = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : '# Results\n';
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  writeFileSync(RESULTS, after === undefined ? `${text.trimEnd()}\n\n${section}\n` : `${before}${section}${after}`);
}

function markdown([heading = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The machine in words that name nobody: processor, cores, Node, date. */
function machine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() || 'unknown processor'}, Node ${process.versions.node}, ${process.platform}, ${new Date().toISOString().slice(0, 10)}`;
}
