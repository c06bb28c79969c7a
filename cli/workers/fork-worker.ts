import cluster from 'node:cluster';
import type { Channel } from './answer-for-all.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import type { WorkerEvents, WorkerProcess } from './supervise.ts';

/** Starts this command again as a worker that shares this process's ports; `started` is told its process id. */
export function forkWorker({ message, ended }: WorkerEvents, started: (pid: number | undefined) => void): WorkerProcess {
  const worker = cluster.fork();
  worker.on('message', (said: FromWorker) => message(said));
  worker.on('exit', (code: number | null, signal: string | null) => ended({ code, signal }));
  // A channel that breaks is the end of the worker, which is told of by itself.
  worker.on('error', () => {});
  started(worker.process.pid);
  return {
    send(said) {
      if (worker.isConnected()) worker.send(said, () => {});
    },
    stop: () => void worker.process.kill('SIGTERM'),
  };
}

/** This process's channel to the primary, and how to leave it; undefined where this is no worker. */
export function channelToPrimary(): (Channel & { leave(): void }) | undefined {
  const { worker } = cluster;
  if (worker === undefined) return undefined;
  return {
    send: (message) => void (worker.isConnected() && worker.send(message, () => {})),
    listen: (listener) => void worker.on('message', (message: ToWorker) => listener(message)),
    // Not process.disconnect(), after which Node ends a worker with exit code 0 whatever it has come to.
    leave: () => void worker.disconnect(),
  };
}
