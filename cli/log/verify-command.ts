import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { withKnownLines } from '../../gateway/evidence/database-copy.ts';
import { openDirectoryCopy } from '../../gateway/evidence/directory-copy.ts';
import { FAULTS } from '../../gateway/evidence/fault.ts';
import type { LogCopy } from '../../gateway/evidence/log-copy.ts';
import { type Verification, verifyLog } from '../../gateway/evidence/verify-log.ts';
import { parseVerifierKey, type VerifierKey } from '../../gateway/querylog/signed-note.ts';
import { readNamedFile } from '../named-file.ts';
import { withDatabaseCopy } from './database-copy.ts';
import { progressLine } from './progress-line.ts';

interface VerifyOptions {
  database?: true;
  key: VerifierKey[];
  known: string[];
  tolerance: number;
  json?: true;
}

/** Adds `xinqiao log verify DIR` and `--database`; both together for a log whose earlier months are archived in the directory. Exit codes: 0 nothing wrong; 1 could not be verified; 10 and above as in `gateway/evidence/fault.ts`. */
export function registerLogVerify(log: Command, environment: NodeJS.ProcessEnv): void {
  log
    .command('verify')
    .description('离线核验导出的日志。 Verify an exported log, offline')
    .argument('[directory]', 'what `xinqiao log export` or `archive` wrote')
    .option('--database', 'verify the log in the configured database; with a directory, the months archived there as well')
    .option('--key <key>', 'verifier key of the log or a witness, had from elsewhere; repeat for more', addKey, [])
    .option('--known <file>', 'checkpoint of this log that you kept; repeat for more', addFile, [])
    .option('--tolerance <seconds>', 'how far times of entries may run backwards', wholeSeconds, 120)
    .option('--json', 'print one JSON value {size, root, checkpoints, policies, faults, exitCode}')
    .action((directory: string | undefined, options: VerifyOptions) => verify(directory, options, environment));
}

async function verify(directory: string | undefined, options: VerifyOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  if (directory === undefined && options.database !== true)
    throw new Error('请给出目录，或使用 --database。 Give a directory, or --database.');
  // A name that was mistyped is no log that was tampered with.
  if (directory !== undefined && !existsSync(directory)) throw new Error(`没有此目录。 No such directory: ${directory}`);
  const verification =
    directory === undefined || options.database
      ? await withDatabaseCopy(environment, directory, async (copy) =>
          verifyCopy(copy, await withArchived(directory, copy, options)),
        )
      : await verifyCopy(openDirectoryCopy(directory), options);
  process.stdout.write(options.json ? asJson(verification) : described(verification, options.key.length > 0));
  process.exitCode = verification.findings.exitCode;
}

/** The archive's checkpoint was kept: a database that was put back to before it has lost what the log signed, or signed another history. */
async function withArchived(directory: string | undefined, copy: LogCopy, options: VerifyOptions): Promise<VerifyOptions> {
  const note = directory === undefined ? undefined : await openDirectoryCopy(directory).newest();
  return note === undefined ? options : { ...options, known: [...options.known, await withKnownLines(note, await copy.keys())] };
}

async function verifyCopy(copy: LogCopy, { key, known, tolerance }: VerifyOptions): Promise<Verification> {
  const progress = progressLine(process.stderr, () => performance.now());
  try {
    return await verifyLog(copy, {
      ...(key.length > 0 && { keys: key }),
      known,
      toleranceMs: tolerance * 1_000,
      onProgress: progress.show,
    });
  } finally {
    progress.clear();
  }
}

function asJson({ checkpoint, checkpoints, policies, findings }: Verification): string {
  const faults = findings.faults.map(({ kind, at }) => ({ kind, at, exitCode: FAULTS[kind].exitCode }));
  const size = checkpoint?.size.toString() ?? null;
  const root = checkpoint === undefined ? null : Buffer.from(checkpoint.root).toString('hex');
  const found = { size, root, checkpoints, policies: policies ?? null, faults, exitCode: findings.exitCode };
  return `${JSON.stringify(found)}\n`;
}

function described({ checkpoint, checkpoints, policies, findings }: Verification, keysGiven: boolean): string {
  const faults = findings.faults.map(({ kind, at }) => `✗ ${kind} (${FAULTS[kind].exitCode}) ${at}: ${FAULTS[kind].message}\n`);
  const counts = Object.entries(findings.counts).map(([kind, count]) => `${kind} ${count}`);
  if (faults.length > 0) return `${faults.join('')}核验不通过。 The log does not verify: ${counts.join(', ')}\n`;
  const warnings = [
    !keysGiven &&
      '未给出日志公钥，只证明其自相一致。 No --key was given: this log agrees with itself, but anybody could have signed it.\n',
    checkpoints === 0 && '未附历次检查点，只核对了最新的一个。 No checkpoints are kept beside it: only the newest was checked.\n',
    policies === undefined && '未附政策版本，未核对。 No policy versions are kept beside it: they were not checked.\n',
  ].filter((warning) => warning !== false);
  return `✓ ${checkpoint?.origin}: ${checkpoint?.size} 条记录、${checkpoints} 个检查点核验通过。 Verified.\n${warnings.join('')}`;
}

function addKey(text: string, keys: VerifierKey[]): VerifierKey[] {
  try {
    return [...keys, parseVerifierKey(text)];
  } catch {
    throw new InvalidArgumentError('应为“名称+编号+公钥”形式的验证公钥。 Expected a verifier key, name+id+key.');
  }
}

function addFile(file: string, texts: string[]): string[] {
  return [...texts, readNamedFile('--known', file)];
}

function wholeSeconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('应为整数秒。 Expected whole seconds.');
}
