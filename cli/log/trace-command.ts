import type { Command } from 'commander';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import { type TracedExport, traceExport } from '../../gateway/exports/trace-export.ts';
import { readSealKeys } from '../../gateway/sealed/seal-keys.ts';
import { requireSecrets } from '../../gateway/secrets.ts';
import { readNamedBytes } from '../named-file.ts';
import { spreadsheetText } from './spreadsheet-text.ts';

/**
 * Adds `xinqiao log trace-export FILE`: whose export the rows of a file come from. Exit codes: 0 found; 1 unreadable; 2 it comes from no export
 * that is known here, or too little is left of it to tell.
 */
export function registerTraceExport(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('trace-export')
    .description('查明文件中的记录出自哪一次导出。 Tell whose export the rows of a file come from')
    .argument('<file>', 'text or CSV with rows of an export, whole or in part')
    .option('--json', 'print one JSON value: a list, the surest first')
    .action((file: string, options: { json?: true }) => trace(file, options, environment));
}

async function trace(file: string, { json }: { json?: true }, environment: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(environment);
  const { sealKey } = requireSecrets(config, ['sealKey']);
  const text = spreadsheetText(readNamedBytes('<file>', file));
  if (text === undefined)
    throw new Error(`<file> ${file}：这是工作簿，请先另存为 CSV。 <file> ${file}: this is a workbook; save it as CSV first.`);
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDirectory });
  try {
    const traced = await traceExport(db, readSealKeys(sealKey), text);
    process.stdout.write(json ? `${JSON.stringify(traced.map(plain))}\n` : told(traced));
    if (traced.length === 0) process.exitCode = 2;
  } finally {
    await db.close();
  }
}

/** What is told of an export: who asked for it, when and why, and by what its rows were known. */
function plain({ found, ...marks }: TracedExport) {
  const { id, organization, operator, purpose, requestedAt, reason } = found;
  return { id, organization, operator, purpose, requestedAt, reason, ...marks };
}

function told(traced: readonly TracedExport[]): string {
  if (traced.length === 0) return '未发现此处任何导出的标记。 No export known here left its mark in this file.\n';
  return traced
    .map(plain)
    .map(
      ({ id, organization, operator, purpose, requestedAt, reason, byCode, byOrder, bits, lines }) =>
        `导出 ${id}：${organization}/${operator ?? '—'}，用途 ${purpose}，${requestedAt} 申请，理由：${reason}\n` +
        `  ${lines} 行中行码相符 ${byCode} 行，次序相符 ${byOrder} 行（仅凭次序的偶合概率低于 2^-${bits}）。` +
        ` ${byCode} of ${lines} lines by their codes, ${byOrder} by their order.\n`,
    )
    .join('');
}
