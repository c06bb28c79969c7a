import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { databaseError } from '../database-error.ts';
import { DatabaseError, type Db, type Queryable, type Row } from '../db.ts';
import { IDLE_TRANSACTION_MS } from '../idle-transaction.ts';
import { type ChannelAnswer, type ChannelRequest, onFrames, sendFrame } from './frames.ts';

/** SQLSTATE idle_in_transaction_session_timeout. */
const IDLE_IN_TRANSACTION = '25P03';
/** SQLSTATE no_active_sql_transaction. */
const NO_TRANSACTION = '25P01';

/**
 * Lets other processes of this user work on the database this process has open, over a socket that only this user can reach.
 * A client that goes away in the middle of a transaction has it rolled back.
 * Returns what ends the service: no new client, open transactions rolled back.
 */
export async function serveChannel(
  db: Db,
  socketPath: string,
  idleTransactionMs = IDLE_TRANSACTION_MS,
): Promise<() => Promise<void>> {
  const clients = new Set<Socket>();
  const transactions = new Set<Promise<void>>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    serveClient(socket, { db, idleTransactionMs, transactions });
  });
  // The lock of the directory is ours, so a socket that is there belongs to a dead process.
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  await chmod(socketPath, 0o600);
  // The service alone is no reason for a process to stay.
  server.unref();
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of clients) socket.destroy();
    await closed;
    // Each ends when its client's connection does.
    await Promise.allSettled(transactions);
  };
}

interface Service {
  db: Db;
  idleTransactionMs: number;
  transactions: Set<Promise<void>>;
}

/** A connection is used for single statements, or for one transaction. */
function serveClient(socket: Socket, service: Service): void {
  let open: OpenTransaction | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => open?.next({ id: 0, kind: 'rollback', sql: '', params: [] }));
  onFrames<ChannelRequest>(socket, (request) => {
    if (open !== undefined) return open.next(request);
    if (request.kind !== 'begin') return void answer(socket, request, () => run(service.db, service.db, request));
    open = new OpenTransaction(service.idleTransactionMs);
    const ended = runTransaction(socket, request, { ...service, open });
    service.transactions.add(ended);
    void ended.finally(() => service.transactions.delete(ended));
  });
}

/** The client's statements, handed one by one to the transaction that waits for them. */
class OpenTransaction {
  readonly #idleMs: number;
  readonly #arrived: ChannelRequest[] = [];
  #refuse: ((request: ChannelRequest) => void) | undefined;
  #wake: ((request: ChannelRequest) => void) | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  next(request: ChannelRequest): void {
    if (this.#refuse !== undefined) this.#refuse(request);
    else if (this.#wake === undefined) this.#arrived.push(request);
    else this.#wake(request);
  }

  /** A statement that arrives after the end must never run by itself, as if it had been sent without a transaction. */
  end(refuse: (request: ChannelRequest) => void): void {
    this.#refuse = refuse;
    this.#arrived.splice(0).forEach(refuse);
  }

  async take(): Promise<ChannelRequest> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return arrived;
    return new Promise((resolve, reject) => {
      const idle = () =>
        reject(
          new DatabaseError(
            `database error ${IDLE_IN_TRANSACTION}: the transaction waited too long for its next statement`,
            IDLE_IN_TRANSACTION,
          ),
        );
      const timer = setTimeout(idle, this.#idleMs);
      this.#wake = (request) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(request);
      };
    });
  }
}

class RolledBack extends Error {}

async function runTransaction(
  socket: Socket,
  begin: ChannelRequest,
  { db, open }: Service & { open: OpenTransaction },
): Promise<void> {
  let last = begin;
  try {
    await db.transaction(async (tx) => {
      settle(socket, { id: begin.id, rows: [] });
      for (last = await open.take(); last.kind !== 'commit'; last = await open.take()) {
        if (last.kind === 'rollback') throw new RolledBack();
        const request = last;
        await answer(socket, request, () => run(tx, db, request));
      }
    });
    // Dying before this line: committed, and the client learns only that the connection was lost.
    settle(socket, { id: last.id, rows: [] });
    open.end(({ id }) => settle(socket, { id, error: { message: 'the transaction has ended', sqlState: NO_TRANSACTION } }));
  } catch (error) {
    settle(socket, error instanceof RolledBack ? { id: last.id, rows: [] } : { id: last.id, error: reduced(error) });
    open.end(({ id }) => settle(socket, { id, error: reduced(error) }));
  }
}

async function run(on: Queryable, db: Db, { kind, sql, params }: ChannelRequest): Promise<Row[]> {
  if (kind === 'query') return (await on.query(sql, params)).rows;
  if (kind === 'exec' && on === db) await db.exec(sql);
  else throw new DatabaseError(`the admin channel does not know ${kind} here`, undefined);
  return [];
}

async function answer(socket: Socket, { id }: ChannelRequest, work: () => Promise<Row[]>): Promise<void> {
  const message = await work().then(
    (rows): ChannelAnswer => ({ id, rows }),
    (error: unknown): ChannelAnswer => ({ id, error: reduced(error) }),
  );
  settle(socket, message);
}

/** A client that has gone needs no answer. */
function settle(socket: Socket, message: ChannelAnswer): void {
  if (!socket.destroyed) sendFrame(socket, message);
}

function reduced(error: unknown): { message: string; sqlState: string | undefined } {
  const { message, sqlState } = databaseError(error);
  return { message, sqlState };
}
