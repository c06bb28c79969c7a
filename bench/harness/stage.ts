import { makeDatabase } from './database.ts';
import { departmentVariables, freePort, makeGatewayFiles } from './gateway.ts';
import { type Contender, cores, pin, start, type Start } from './process.ts';
import type { Candidate } from './rounds.ts';

/** Departments that cost almost nothing, an empty database and what a gateway needs to run on them. */
export interface Stage {
  addresses: Readonly<Record<string, string>>;
  /** The environment of a production gateway over these departments and this database. */
  environment: Readonly<Record<string, string>>;
  /** A caller of it who is shown everything, masks aside. */
  headers: Readonly<Record<string, string>>;
  /** Another empty database, for a gateway whose looks no other is to follow and review; answers its address. It is dropped with the stage. */
  anotherDatabase(): Promise<string>;
  /** Starts a process that is measured, on the core for it; it ends with the stage. */
  run<Message>(options: Omit<Start, 'core'>): Promise<Contender & { message: Message }>;
  /** Starts the gateway by the command that operators use; `nodeOptions` are what its container gives it. */
  runGateway(name: string, nodeOptions?: string): Promise<Candidate>;
  /** Pins what was opened since the start; call it once everybody has answered. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** As in `deploy/kubernetes/gateway.yaml`: with the heap of a large machine the collector lets garbage lie for many minutes, and nobody sees a floor. */
export const CONTAINER_HEAP = '--max-old-space-size=512';

const SUBJECT_KEY = 'bench-subject-key-0123456789abcdef0123456789abcdef';

/** Sets everything up; `name` tells databases of benchmarks apart. What was opened is closed when a part of it fails. */
export async function openStage(name: string): Promise<Stage> {
  const opened: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  const { contender: core, others } = cores();
  pin(process.pid, others);
  async function run<Message>(options: Start) {
    const contender = await start<Message>(options);
    opened.push(() => contender.stop());
    return contender;
  }
  let databases = 0;
  const openDatabase = async () => {
    const database = await makeDatabase(`${name}_${++databases}`);
    opened.push(() => database.drop());
    return database;
  };
  try {
    const database = await openDatabase();
    const files = makeGatewayFiles(SUBJECT_KEY);
    opened.push(() => files.remove());
    const departments = await run<Record<string, string>>({
      script: new URL('../city/stub-departments.ts', import.meta.url),
      env: { XINQIAO_SUBJECT_KEY: SUBJECT_KEY },
      core: others,
    });
    const addresses = departments.message;
    const environment = { ...files.environment, DATABASE_URL: database.url, ...departmentVariables(addresses) };
    return {
      addresses,
      environment,
      headers: files.headers,
      anotherDatabase: async () => (await openDatabase()).url,
      run: (options) => run({ ...options, core }),
      async runGateway(name, nodeOptions = '') {
        const url = `http://127.0.0.1:${await freePort()}`;
        const script = new URL('../../cli/bin.js', import.meta.url);
        const env = { ...environment, PORT: new URL(url).port, NODE_OPTIONS: nodeOptions };
        const process = await run({ script, args: ['start', '--empty'], env, core, readyAt: `${url}/health/ready` });
        return { name, process, url: `${url}/graphql`, headers: files.headers };
      },
      settle: () => database.pin(others),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
