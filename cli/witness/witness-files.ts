import { generateKeyPairSync } from 'node:crypto';
import {
  COSIGNATURE,
  formatVerifierKey,
  type NoteSigner,
  noteSigner,
  parseVerifierKey,
  type VerifierKey,
} from '../../gateway/querylog/signed-note.ts';
import { SUITE } from '../../gateway/querylog/suite.ts';
import { readNamedFile, writeNamedFile } from '../named-file.ts';

/**
 * Makes a witness's key in a file that must not exist yet (PEM, mode 0600, its verifier key on a line above), and returns the verifier key.
 * What stands above a PEM block is explanation to whoever reads it (RFC 7468, section 2).
 */
export function makeWitnessKey(file: string, name: string): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const verifierKey = formatVerifierKey(noteSigner(name, privateKey, COSIGNATURE).verifierKey);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeNamedFile('<file>', file, { text: `${verifierKey}\n${pem}`, mode: 0o600 });
  return verifierKey;
}

/** The signer of a witness's key file. Throws when the file is none, or says that it was made for another name: its cosignatures would be nobody's. */
export function readWitnessKey(file: string, name: string): NoteSigner {
  const text = readNamedFile('--key', file);
  const signer = noteSigner(name, privateKeyOf(text, file), COSIGNATURE);
  const madeFor = /^(\S+)\+[0-9a-f]{8}\+/.exec(text)?.[1];
  if (madeFor === undefined || madeFor === name) return signer;
  throw new Error(
    `密钥 ${file} 是为 ${madeFor} 生成的，不是 ${name}。 The key was made for another name: give --name ${madeFor}, or make a key for ${name} (xinqiao witness key).`,
  );
}

/** The keys of the logs that a witness follows, a line each; empty lines and those after `#` are passed over. Throws naming the first line that is none. */
export function readLogKeys(file: string): VerifierKey[] {
  const form = '每行一个日志验证公钥：名称+编号+公钥。 Expected verifier keys of logs, name+id+key, a line each.';
  const keys = readNamedFile('--logs', file)
    .split('\n')
    .flatMap((text, index) => {
      const line = text.trim();
      return line === '' || line.startsWith('#') ? [] : [logKeyOf(line, `${file}:${index + 1}: `, form)];
    });
  if (keys.length === 0) throw new Error(`${file}: 没有公钥。 It names no log. ${form}`);
  return keys;
}

function privateKeyOf(text: string, file: string): NoteSigner['privateKey'] {
  try {
    return SUITE.privateKey(text);
  } catch {
    throw new Error(
      `--key ${file}: 不是见证密钥。 Not the key of a witness (Ed25519, PKCS #8, PEM), as xinqiao witness key makes one.`,
    );
  }
}

function logKeyOf(line: string, place: string, form: string): VerifierKey {
  let key: VerifierKey | undefined;
  try {
    key = parseVerifierKey(line);
  } catch {
    // Said below, with the place.
  }
  if (key?.type === COSIGNATURE)
    throw new Error(`${place}这是见证的公钥，不是日志的。 This is a witness's key, not a log's. ${form}`);
  if (key === undefined) throw new Error(`${place}不是验证公钥。 Not a verifier key. ${form}`);
  return key;
}
