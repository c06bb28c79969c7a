import { connect, type Socket } from 'node:net';
import { CANNOT_CONNECT, CONNECTION_LOST } from '../database-error.ts';
import { DatabaseError, type Db, type Queryable, type Row, type SqlValue } from '../db.ts';
import { type ChannelAnswer, type ChannelRequest, onFrames, sendFrame } from './frames.ts';

/**
 * Opens the database another process has open, through its channel. Each transaction takes a connection of its own.
 * The owner's process is one connection to PostgreSQL: while a transaction is open everybody waits, so keep them short (import in batches).
 * Rejects with `DatabaseError` 08001 when nobody answers at the socket.
 */
export async function connectChannel(socketPath: string): Promise<Db> {
  return new ChannelDb(socketPath, await Connection.open(socketPath));
}

class ChannelDb implements Db {
  readonly kind = 'channel';
  readonly #socketPath: string;
  readonly #connection: Connection;

  constructor(socketPath: string, connection: Connection) {
    this.#socketPath = socketPath;
    this.#connection = connection;
  }

  async query<T extends Row = Row>(sql: string, params: readonly SqlValue[] = []): Promise<{ rows: T[] }> {
    return { rows: (await this.#connection.send('query', sql, params)) as T[] };
  }

  async exec(sql: string): Promise<void> {
    await this.#connection.send('exec', sql);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const connection = await Connection.open(this.#socketPath);
    try {
      await connection.send('begin');
      const result = await work({
        query: async <R extends Row>(sql: string, params: readonly SqlValue[] = []) => ({
          rows: (await connection.send('query', sql, params)) as R[],
        }),
      });
      // Dying in here, on either side: committed or not, and the caller is told of a lost connection.
      await connection.send('commit');
      return result;
    } catch (error) {
      // Should this not arrive, the connection's end rolls back as well.
      await connection.send('rollback').catch(() => undefined);
      throw error;
    } finally {
      connection.end();
    }
  }

  async close(): Promise<void> {
    this.#connection.end();
  }
}

interface Pending {
  resolve(rows: Row[]): void;
  reject(error: DatabaseError): void;
}

class Connection {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    onFrames<ChannelAnswer>(socket, (answer) => this.#settle(answer));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(lost());
      this.#pending.clear();
    });
  }

  static open(socketPath: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      const refused = () =>
        reject(new DatabaseError('nobody answers at the admin channel of the data directory', CANNOT_CONNECT));
      socket.once('error', refused).once('connect', () => {
        socket.off('error', refused);
        resolve(new Connection(socket));
      });
    });
  }

  send(kind: ChannelRequest['kind'], sql = '', params: readonly SqlValue[] = []): Promise<Row[]> {
    if (this.#socket.destroyed || this.#socket.readableEnded || this.#socket.writableEnded) return Promise.reject(lost());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      sendFrame(this.#socket, { id, kind, sql, params });
    });
  }

  end(): void {
    this.#socket.end();
  }

  #settle(answer: ChannelAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('rows' in answer) pending?.resolve(answer.rows);
    else pending?.reject(new DatabaseError(answer.error.message, answer.error.sqlState));
  }
}

function lost(): DatabaseError {
  return new DatabaseError('the connection to the process that has the data directory open was lost', CONNECTION_LOST);
}
