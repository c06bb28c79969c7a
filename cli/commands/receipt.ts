import { env } from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import { openDatabase } from '../../database/open-database.ts';
import { loadConfig } from '../../gateway/config.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { logProof } from '../../gateway/querylog/log-proof.ts';
import {
  parseProvenReceipt,
  type ProvenInclusion,
  type ProvenReceipt,
  type ReceiptFault,
  verifyProvenReceipt,
} from '../../gateway/querylog/proven-receipt.ts';
import { parseVerifierKey, type VerifierKey } from '../../gateway/querylog/signed-note.ts';
import { readNamedFile, readNamedJson, writeNamedFile } from '../named-file.ts';

/** What is wrong with a file that proves nothing. */
const FAULTS: Readonly<Record<ReceiptFault, string>> = {
  MALFORMED: '文件不是信桥的回执证明。 Not a proof of a Xinqiao receipt.',
  OTHER_LOG: '检查点属于另一日志。 The checkpoint is another log’s.',
  NOT_SIGNED: '没有可信的日志密钥签名。 No trusted key of the log signed the checkpoint.',
  BAD_SIGNATURE: '签名无效：检查点被改动或伪造。 A signature does not hold: the checkpoint was changed or forged.',
  NOT_INCLUDED:
    '证明不成立：该记录不在此检查点的日志中。 The proof does not hold: the entry is not in the log of this checkpoint.',
};

/** Adds `xinqiao receipt verify | proof`. Exit codes: 0 proven, or written; 1 not proven, or misused. */
export function registerReceipt(program: Command, environment: NodeJS.ProcessEnv = env): void {
  const receipt = program.command('receipt').description('查询回执及其证明。 Receipts and what proves them');
  receipt
    .command('verify <file>')
    .description('离线验证回执证明。 Verify a proven receipt, offline')
    .option(
      '--key <key...>',
      "the log's and the witnesses' verifier keys, as published; unset = those the file names",
      verifierKey,
    )
    .action(verify);
  receipt
    .command('proof <receipt>')
    .description('为回执（JSON 文件）取得证明。 Write the proof of a receipt: a JSON file with origin, index and leafHash')
    .option('--out <file>', 'where to write it; unset = standard output')
    .action((file: string, { out }: { out?: string }) => prove(file, out, environment));
}

async function verify(file: string, { key }: { key?: readonly VerifierKey[] }): Promise<void> {
  const proven = parseProvenReceipt(readNamedFile('<file>', file));
  if (proven === undefined) throw new Error(FAULTS.MALFORMED);
  const outcome = verifyProvenReceipt(proven, key ?? ownKeys(proven));
  if (typeof outcome === 'string') throw new Error(FAULTS[outcome]);
  process.stdout.write(describe(outcome));
  if (key === undefined)
    process.stderr.write(
      '所用密钥来自文件本身，请与公布的密钥核对（--key）。 The key is the file’s own: compare it with the published one, or give --key.\n',
    );
}

/** The keys that the file names itself: not looked at where others are given, which a later version may have more kinds of. */
function ownKeys({ verifierKeys }: ProvenReceipt): VerifierKey[] {
  try {
    return verifierKeys.map(parseVerifierKey);
  } catch {
    throw new Error(FAULTS.MALFORMED);
  }
}

function describe({ receipt, treeSize, signatures }: ProvenInclusion): string {
  const signers = signatures.map(({ key, time }) => {
    const at = time === undefined ? '' : `（${new Date(Number(time) * 1000).toISOString()}）`;
    return `  ${key.name}+${key.keyId}${at}\n`;
  });
  return `已证明 Proven: ${receipt.origin} #${receipt.index}（共 of ${treeSize}）\n签名 signed by:\n${signers.join('')}`;
}

async function prove(file: string, out: string | undefined, environment: NodeJS.ProcessEnv): Promise<void> {
  const { databaseUrl, dataDirectory, logOrigin } = loadConfig(environment);
  const receipt = readReceipt(file);
  const db = await openDatabase({ databaseUrl, dataDirectory });
  try {
    const proven = await logProof(db, logOrigin, receipt);
    if (proven === 'UNKNOWN') throw new Error('此日志没有这样的记录。 This log holds no such entry.');
    if (proven === 'NOT_YET')
      throw new Error('检查点尚未签署，请稍后再试。 Its checkpoint is not signed yet: try again in a second.');
    const text = `${JSON.stringify(proven, undefined, 2)}\n`;
    if (out === undefined) process.stdout.write(text);
    else writeNamedFile('--out', out, { text, flag: 'w' });
  } finally {
    await db.close();
  }
}

type MaybeReceipt = Partial<Receipt> & { extensions?: { disclosure?: { receipt?: Partial<Receipt> | null } } };

/** The receipt, or a whole answer, whose `extensions.disclosure.receipt` it is. */
function readReceipt(file: string): Receipt {
  const read = readNamedJson('<receipt>', file) as MaybeReceipt | null;
  const { origin, index, leafHash } = read?.extensions?.disclosure?.receipt ?? read ?? {};
  if (typeof origin === 'string' && typeof index === 'string' && typeof leafHash === 'string') return { origin, index, leafHash };
  throw new Error(
    `<receipt> ${file}：文件不是查询回执。 <receipt> ${file}: not a receipt: origin, index and leafHash are expected.`,
  );
}

function verifierKey(text: string, keys: readonly VerifierKey[] = []): VerifierKey[] {
  try {
    return [...keys, parseVerifierKey(text)];
  } catch {
    throw new InvalidArgumentError('应为验证密钥：名称+编号+密钥。 Expected a verifier key: name+id+key.');
  }
}
