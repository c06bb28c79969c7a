import { Command } from 'commander';

/** A module of cli/commands: adds its subcommand, with options and action, to the program. */
interface CommandModule {
  register(program: Command): void;
}

/** Every command, with its one line of help; a module is loaded only when its command is called, so that each starts fast. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<CommandModule> }> = {
  start: {
    summary: 'start everything: gateway, departments, embedded database, sample city',
    load: async () => ({ register: (await import('./commands/start.ts')).registerStart }),
  },
  demo: {
    summary: 'show one company as four callers see it, and what the log kept',
    load: async () => ({ register: (await import('./commands/demo.ts')).registerDemo }),
  },
  import: {
    summary: "take in a department's file",
    load: async () => ({ register: (await import('./commands/import.ts')).registerImport }),
  },
  sample: {
    summary: 'write the files of a fictitious city',
    load: async () => ({ register: (await import('./commands/sample.ts')).registerSample }),
  },
  token: {
    summary: 'issue a development token',
    load: async () => ({ register: (await import('./commands/token.ts')).registerToken }),
  },
  compose: {
    summary: 'compose the supergraph and report what changed',
    load: async () => ({ register: (await import('./commands/compose.ts')).registerCompose }),
  },
  subgraph: {
    summary: "serve or check a department's subgraph",
    load: async () => ({ register: (await import('./commands/subgraph.ts')).registerSubgraph }),
  },
  policy: {
    summary: 'check, print, explain or compare the disclosure policy',
    load: async () => ({ register: (await import('./commands/policy.ts')).registerPolicy }),
  },
  log: {
    summary: 'read the query log',
    load: async () => ({ register: (await import('./commands/log.ts')).registerLog }),
  },
};

/**
 * Runs the `xinqiao` command line. Exit codes: 0 done, 1 failed or misused, 2 done in part (rejected rows).
 * A message for a person goes to standard error; `--json` output and nothing else goes to standard output.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('xinqiao');
  program.description('信桥：按用途共享公共信用信息的联邦网关').version('0.1.0').showHelpAfterError('(xinqiao --help 查看用法)');
  const called = COMMANDS[argv[2] ?? ''];
  if (called) (await called.load()).register(program);
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    if (name !== argv[2]) program.command(name).summary(summary).description(summary);
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.stderr.write(`xinqiao: ${error instanceof Error ? error.message : String(error)}\n`);
    // What failed half-way may have left a connection open: it must not keep the process.
    process.exit(1);
  }
}
