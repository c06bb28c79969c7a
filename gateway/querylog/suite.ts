import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hash as digest,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/** Length of a hash in bytes. */
export const HASH_BYTES = 32;

/** Hashes bytes to {@link HASH_BYTES} bytes. */
export type Hash = (data: Uint8Array) => Uint8Array;

/** DER of a SubjectPublicKeyInfo up to the 32 bytes of an Ed25519 key (RFC 8410). */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The cryptography of the query log, all of it and only here: hash of the tree, signature of checkpoints, seal of what may be erased.
 * Another suite (SM3, SM2, SM4) is another object of this shape. `signatureType` is its byte in C2SP signed-note.
 */
export const SUITE = {
  /** SHA-256 (RFC 6962). By way of its text, for which no memory has to be asked of the system. */
  hash: ((data) => Buffer.from(digest('sha256', data, 'hex'), 'hex')) satisfies Hash,

  /** Authenticates under a key (HMAC, RFC 2104): 32 bytes that nobody makes without it. */
  mac(key: Uint8Array, message: Uint8Array): Uint8Array {
    return createHmac('sha256', key).update(message).digest();
  },

  /** Ed25519 (RFC 8032). */
  signatureType: 0x01,

  /** Reads a private key (PEM, PKCS #8). Throws a TypeError that shows nothing of it when it is none of this suite. */
  privateKey(pem: string): KeyObject {
    let key: KeyObject | undefined;
    try {
      key = createPrivateKey(pem);
    } catch {
      // OpenSSL's own message may quote what it could not read.
    }
    if (key?.asymmetricKeyType !== 'ed25519') throw new TypeError('not a private key (Ed25519, PKCS #8, PEM)');
    return key;
  },

  /** The 32 bytes of the public half. */
  publicKeyBytes(privateKey: KeyObject): Uint8Array {
    return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(ED25519_SPKI.length);
  },

  sign(privateKey: KeyObject, message: Uint8Array): Uint8Array {
    return sign(null, message, privateKey);
  },

  /** False for anything that is not this key's signature of this message, whatever its shape. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const key = createPublicKey({ key: Buffer.concat([ED25519_SPKI, publicKey]), format: 'der', type: 'spki' });
    return verify(null, message, key, signature);
  },

  /** Encrypts under a 32-byte key (AES-256-GCM): nonce, ciphertext, tag. `context` must be the same when it is opened. */
  seal(key: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  },

  /** Throws when key, context or a single bit is another one. */
  open(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(context).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  },
} as const;
