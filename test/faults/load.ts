import { Pool } from 'undici';
import type { Receipt } from '../../gateway/querylog/entry.ts';

/** Requests under way at the same time: enough that entries travel to the log in batches. */
const CONCURRENCY = 16;

/** One query, as it goes over the wire. */
export interface Query {
  token: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Clients that ask without a pause until nobody answers any more. */
export interface Load {
  /** What the clients hold: one receipt for each answer that reached them whole. */
  readonly receipts: readonly Receipt[];
  /** Answers without a receipt, as they came. */
  readonly others: readonly string[];
  /** Resolves when the clients hold that many receipts; rejects when they cannot any more, or were answered otherwise. */
  untilHolding(count: number): Promise<void>;
  /** Resolves when every client has found nobody there. */
  readonly ended: Promise<void>;
}

/** Puts a gateway under load. */
export function putUnderLoad(url: string, { token, headers, body }: Query): Load {
  const pool = new Pool(url, { connections: CONCURRENCY });
  const receipts: Receipt[] = [];
  const others: string[] = [];
  const listeners = new Set<() => void>();

  const askOnce = async () => {
    const answer = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body,
    });
    const text = await answer.body.text();
    const receipt = JSON.parse(text).extensions?.disclosure?.receipt as Receipt | null | undefined;
    if (receipt && answer.statusCode === 200) receipts.push(receipt);
    else others.push(text);
    for (const listener of listeners) listener();
  };
  const client = async () => {
    try {
      for (;;) await askOnce();
    } catch {
      // Nobody there, or gone in the middle of an answer: this client holds no receipt for it.
    }
  };
  const ended = Promise.all(Array.from({ length: CONCURRENCY }, client)).then(() => pool.destroy());
  return {
    receipts,
    others,
    ended,
    untilHolding: (count) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (others.length > 0) reject(new Error(`answered without a receipt: ${others[0]}`));
          else if (receipts.length >= count) resolve();
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
        void ended.then(() => reject(new Error(`the load ended with ${receipts.length} receipts of ${count}`)));
      }),
  };
}
