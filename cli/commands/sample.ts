import { join } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { existingDate } from '../existing-date.ts';
import type { Manifest } from '../sample/generate-city.ts';
import { BASE_DATE, FEWEST_SUBJECTS, generateCity } from '../sample/generate-city.ts';

interface SampleOptions {
  subjects: number;
  seed: string;
  out: string;
  baseDate: string;
  json?: true;
}

/** Adds `xinqiao sample`: writes the import files of a fictitious city and their manifest. Exit codes: 0 done, 1 failed. */
export function registerSample(program: Command): void {
  program
    .command('sample')
    .description('生成虚构城市的报送文件。 Write the files of a fictitious city')
    .option(
      '--subjects <n>',
      `how many subjects; at least ${FEWEST_SUBJECTS}, the demonstration company and the hard cases, whatever is asked for`,
      wholeNumber,
      1_000,
    )
    .option('--seed <text>', 'the same seed gives the same bytes', '1')
    .option('--out <folder>', 'where to write', 'sample-city')
    .option('--base-date <date>', 'the day the records end', existingDate, BASE_DATE)
    .option('--json', 'print the manifest as JSON')
    .action(async ({ subjects, seed, out, baseDate, json }: SampleOptions) => {
      const manifest = await generateCity({
        subjects,
        seed,
        outDirectory: out,
        baseDate,
        ...(process.stderr.isTTY && { onProgress }),
      });
      if (manifest.subjects > subjects)
        process.stderr.write(
          `演示企业和疑难案例总在其中，共 ${manifest.subjects} 个主体。 The demonstration company and the hard cases are always there: ${manifest.subjects} subjects.\n`,
        );
      process.stdout.write(json ? `${JSON.stringify(manifest, null, 2)}\n` : described(manifest, out));
    });
}

function onProgress(made: number, of: number): void {
  process.stderr.write(`\r${made}/${of} subjects${made >= of ? '\n' : ''}`);
}

function described({ subjects, files, commands, demonstration }: Manifest, out: string): string {
  const rows = files.reduce((total, file) => total + file.rows, 0);
  const lines = [
    `${subjects} subjects, ${rows} rows in ${files.length} files in ${out}. The demonstration company is ${demonstration.name}, ${demonstration.unifiedSocialCreditCode}.`,
    'Import them in this order:',
    ...commands.map((command) => `  npx ${inFolder(command, out)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The manifest names files as they lie beside it; a command that is run elsewhere would fill that folder's own database. */
function inFolder(command: string, out: string): string {
  return command.replace(/\S+\.(csv|xlsx)\b/, (file) => join(out, file));
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text))
    throw new InvalidArgumentError('应为不超过 4000000 的整数。 Expected a whole number, at most 4000000.');
  return Number(text);
}
