import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import type { Row, SqlValue } from '../db.ts';

/** What a client asks of the process that has the database open; answers come in the order of `id`s given by the client. */
export interface ChannelRequest {
  id: number;
  kind: 'query' | 'exec' | 'begin' | 'commit' | 'rollback';
  sql: string;
  params: readonly SqlValue[];
}

/** The answer: rows, or an error by message and SQLSTATE. */
export type ChannelAnswer =
  | { id: number; rows: Row[] }
  | { id: number; error: { message: string; sqlState: string | undefined } };

/** Longest message either side accepts, in bytes. */
const FRAME_BYTES = 256 * 1024 * 1024;

/** Sends one message: four bytes of length, then the structured clone, so that bigints and bytes arrive as what they were. */
export function sendFrame(socket: Socket, message: ChannelRequest | ChannelAnswer): void {
  const body = serialize(message);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  socket.cork();
  socket.write(head);
  socket.write(body);
  socket.uncork();
}

/** Calls `receive` for each message that arrives; a message that is too long or unreadable ends the connection. */
export function onFrames<T extends ChannelRequest | ChannelAnswer>(socket: Socket, receive: (message: T) => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let wanted = 4;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    // Joined only when a whole message is there: a long one arrives in thousands of pieces.
    if (size < wanted) return;
    let rest = Buffer.concat(chunks);
    for (wanted = frameLength(rest); rest.length >= wanted && !socket.destroyed; wanted = frameLength(rest)) {
      const body = rest.subarray(4, wanted);
      rest = rest.subarray(wanted);
      try {
        receive(deserialize(body) as T);
      } catch {
        return void socket.destroy();
      }
    }
    if (wanted > FRAME_BYTES) return void socket.destroy();
    chunks = [rest];
    size = rest.length;
  });
}

/** Bytes from here to the end of the next message; of its head alone while that is incomplete. */
function frameLength(bytes: Buffer): number {
  return bytes.length < 4 ? 4 : 4 + bytes.readUInt32BE();
}
