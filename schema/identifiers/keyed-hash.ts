import { hash } from 'node:crypto';

/** HMAC-SHA-256 (RFC 2104) of a text under one key, as base64url. */
export type KeyedHash = (text: string) => string;

/** Bytes of a block of SHA-256, to which a key is filled up (RFC 2104, section 2). */
const BLOCK = 64;

/**
 * Makes the keyed hash of one key. It is RFC 2104's formula over Node's one-shot hash: `createHmac` sets up a stream and looks its algorithm
 * up for every text, which costs a query more than the two hashes.
 */
export function keyedHash(key: string): KeyedHash {
  const bytes = Buffer.from(key);
  // A key longer than a block is hashed first.
  const block = Buffer.concat([bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes, Buffer.alloc(BLOCK)], BLOCK);
  const inner = block.map((byte) => byte ^ 0x36);
  const outer = block.map((byte) => byte ^ 0x5c);
  return (text) => {
    const within = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'binary');
    return hash('sha256', Buffer.concat([outer, Buffer.from(within, 'binary')]), 'base64url');
  };
}
