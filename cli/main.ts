import { Command } from 'commander';
import { readable } from './readable-error.ts';

/** A module of cli/commands: adds its subcommand, with options and action, to the program. */
interface CommandModule {
  register(program: Command): void;
}

/** Every command, with its one line of help; a module is loaded only when its command is called, so that each starts fast. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<CommandModule> }> = {
  start: {
    summary: '启动网关、六个部门和样例城市。 Start everything: gateway, departments, embedded database, sample city',
    load: async () => ({ register: (await import('./commands/start.ts')).registerStart }),
  },
  demo: {
    summary: '同一企业，四种查询者各看到什么。 Show one company as four callers see it, and what the log kept',
    load: async () => ({ register: (await import('./commands/demo.ts')).registerDemo }),
  },
  import: {
    summary: "导入部门报送的文件。 Take in a department's file",
    load: async () => ({ register: (await import('./commands/import.ts')).registerImport }),
  },
  sample: {
    summary: '生成虚构城市的报送文件。 Write the files of a fictitious city',
    load: async () => ({ register: (await import('./commands/sample.ts')).registerSample }),
  },
  token: {
    summary: '签发开发用身份凭证。 Issue a development token',
    load: async () => ({ register: (await import('./commands/token.ts')).registerToken }),
  },
  proof: {
    summary: '为一次请求制作密钥持有证明（DPoP）。 Make a proof of possession for one request (DPoP)',
    load: async () => ({ register: (await import('./commands/proof.ts')).registerProof }),
  },
  compose: {
    summary: '合成超级图并报告变更。 Compose the supergraph and report what changed',
    load: async () => ({ register: (await import('./commands/compose.ts')).registerCompose }),
  },
  subgraph: {
    summary: "运行或检测部门子图。 Serve or check a department's subgraph",
    load: async () => ({ register: (await import('./commands/subgraph.ts')).registerSubgraph }),
  },
  policy: {
    summary: '校验、打印、解释或比较披露政策。 Check, print, explain or compare the disclosure policy',
    load: async () => ({ register: (await import('./commands/policy.ts')).registerPolicy }),
  },
  receipt: {
    summary: '验证查询回执，或为其取得证明。 Verify a receipt, or fetch its proof',
    load: async () => ({ register: (await import('./commands/receipt.ts')).registerReceipt }),
  },
  log: {
    summary: '查看查询日志。 Read the query log',
    load: async () => ({ register: (await import('./commands/log.ts')).registerLog }),
  },
  witness: {
    summary: '查询日志的独立见证。 Watch query logs as an independent witness',
    load: async () => ({ register: (await import('./commands/witness.ts')).registerWitness }),
  },
};

/**
 * Runs the `xinqiao` command line. Exit codes: 0 done, 1 failed or misused, above what a command found (cli/README.md).
 * A message for a person goes to standard error; `--json` output and nothing else goes to standard output.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // `| head` closes the pipe when it has seen enough: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  // Nor is a message that nobody can be told a reason to end what runs: its reader has gone, or its disk is full.
  process.stderr.on('error', () => {});
  const program = new Command('xinqiao');
  program
    .description(
      '信桥：按用途共享公共信用信息的联邦网关。 Xinqiao: shares public-credit data per subject, for a declared purpose',
    )
    .version('0.1.0')
    .configureOutput({ outputError: (text, write) => write(`命令用法有误。 ${text}`) })
    .showHelpAfterError('用法见 --help。 Add --help for usage');
  const called = COMMANDS[argv[2] ?? ''];
  if (called) (await called.load()).register(program);
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    if (name !== argv[2]) program.command(name).summary(summary).description(summary);
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`xinqiao: ${readable(error)}\n`);
    // What failed half-way may have left a connection open: it must not keep the process.
    process.exit(1);
  }
}
