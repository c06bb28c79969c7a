import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { adviceOn, lockDirectory, type LockOutcome } from '../../database/directory-lock.ts';
import { formatVerifierKey } from '../../gateway/querylog/signed-note.ts';
import { serveWitness } from '../../gateway/witness/serve-witness.ts';
import { createWitness, type Suspicion } from '../../gateway/witness/witness.ts';
import { evidenceFile, openWitnessStore } from '../../gateway/witness/witness-store.ts';
import { untilStopped } from '../until-stopped.ts';
import { makeWitnessKey, readLogKeys, readWitnessKey } from '../witness/witness-files.ts';

interface KeyOptions {
  name: string;
  json?: true;
}

interface ServeOptions {
  name: string;
  key: string;
  logs: string;
  data: string;
  host: string;
  port: number;
  json?: true;
}

/**
 * Adds `xinqiao witness key FILE`, which makes a witness's key and prints its public half, and `xinqiao witness serve`, which cosigns
 * until SIGINT, SIGTERM or SIGHUP. Neither needs a gateway, a database or its configuration. Exit codes: 0 done or stopped; 1 failed.
 */
export function registerWitness(program: Command): void {
  const witness = program.command('witness').description('查询日志的独立见证。 Watch query logs as an independent witness');
  witness
    .command('key')
    .description('生成见证密钥，输出验证公钥。 Make a witness key and print its verifier key')
    .argument('<file>', 'where the private key goes (PEM, mode 0600); must not exist')
    .requiredOption('--name <name>', 'name of the witness, such as witness.example/w1')
    .option('--json', 'print one JSON value {name, verifierKey}')
    .action((file: string, options: KeyOptions) => makeKey(file, options));
  witness
    .command('serve')
    .description('为检查点提供联署。 Cosign the checkpoints of the logs it follows')
    .requiredOption('--name <name>', 'name of the witness, as the key was made for')
    .requiredOption('--key <file>', 'private key (PEM)')
    .requiredOption('--logs <file>', 'verifier keys of the logs it follows, a line each')
    .option('--data <directory>', 'where it keeps what it has seen', '.xinqiao-witness')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes a free one', portNumber, 4200)
    .option('--json', 'print one JSON value {name, verifierKey, url} when it is ready')
    .action(serve);
}

function makeKey(file: string, { name, json }: KeyOptions): void {
  const verifierKey = makeWitnessKey(file, name);
  process.stdout.write(json ? `${JSON.stringify({ name, verifierKey })}\n` : `${verifierKey}\n`);
}

async function serve({ name, key, logs: logsFile, data, host, port, json }: ServeOptions): Promise<void> {
  const signer = readWitnessKey(key, name);
  const logs = readLogKeys(logsFile);
  const lock = await lockData(data);
  if (!lock.held) {
    const { pid, host } = lock.owner;
    throw new Error(
      `目录正由见证进程 ${pid}（${host}）使用。 Another witness is using ${data}: process ${pid} on ${host}.${adviceOn(lock)}`,
    );
  }
  try {
    const suspect = (suspicion: Suspicion) => process.stderr.write(suspected(suspicion, data));
    const witness = createWitness({ signer, logs, store: openWitnessStore(data), clock: Date.now, report: suspect });
    const served = await serveWitness(witness, { host, port, logs, report });
    // Before anybody is told that it is there: whoever is may stop it at once.
    const stopped = untilStopped();
    const verifierKey = formatVerifierKey(signer.verifierKey);
    process.stdout.write(json ? `${JSON.stringify({ name, verifierKey, url: served.url })}\n` : `见证 ${name}: ${served.url}\n`);
    await stopped;
    await served.close();
  } finally {
    await lock.release();
  }
}

async function lockData(data: string): Promise<LockOutcome> {
  try {
    return await lockDirectory(data, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(
      `--data ${data}: 见证无法在此保存所见（${code}）。 The witness cannot keep there what it has seen: name a directory that its account may write to.`,
      { cause },
    );
  }
}

/** On its own line and in one fixed form, for whoever watches the output. */
function suspected({ origin, kind, size, knownSize }: Suspicion, data: string): string {
  const file = (ending: Parameters<typeof evidenceFile>[1]) => join(data, evidenceFile(origin, ending));
  if (kind === 'FORKED')
    return `日志出现分叉 FORK ALARM: ${origin} signed two trees of size ${size}, which proves the fork; kept: ${file('fork')}\n`;
  return `未证明接续，须核对 UNPROVEN: ${origin} at size ${size} came with a proof that does not lead there from size ${knownSize}, by the log or whoever sent it; kept: ${file('unproven')}\n`;
}

function report(error: unknown): void {
  process.stderr.write(`见证请求未能完成。 A request failed: ${error instanceof Error ? error.message : String(error)}\n`);
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('应为 0 至 65535 的整数。 Expected a port from 0 to 65535.');
}
