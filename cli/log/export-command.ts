import type { Command } from 'commander';
import { exportLog } from '../../gateway/evidence/export-log.ts';
import { withDatabaseCopy } from './database-copy.ts';
import { progressLine } from './progress-line.ts';

/** Adds `xinqiao log export DIR`. Exit codes: 0 the directory is up to date; 1 it could not be brought there. */
export function registerLogExport(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('export')
    .description('导出日志供离线核验，可续传。 Export the log for offline verification, or bring an export up to date')
    .argument('<directory>', 'where it goes; only what is new is written again')
    .option('--archive <directory>', 'where earlier months were archived; unset = the same directory')
    .option('--json', 'print one JSON value {before, size, checkpoints}')
    .action(async (directory: string, { archive, json }: { archive?: string; json?: true }) => {
      const progress = progressLine(process.stderr, () => performance.now());
      const { before, size, checkpoints } = await withDatabaseCopy(environment, archive ?? directory, (copy) =>
        exportLog(copy, directory, progress.show),
      );
      progress.clear();
      const sizes = { before: before.toString(), size: size.toString(), checkpoints: checkpoints.toString() };
      process.stdout.write(
        json
          ? `${JSON.stringify(sizes)}\n`
          : `已导出 ${size} 条记录（新增 ${size - before} 条）、${checkpoints} 个检查点。 Exported; verify with: xinqiao log verify ${directory}\n`,
      );
    });
}
