import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COSIGNATURE,
  cosignNote,
  formatVerifierKey,
  joinNote,
  noteSigner,
  NoteError,
  parseNote,
  parseVerifierKey,
  signNote,
  verifyNote,
} from './signed-note.ts';

// The examples of C2SP signed-note and of golang.org/x/mod/sumdb/note.
const PUBLISHED = [
  {
    key: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    note: 'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
  },
  {
    key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    note: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
  },
] as const;

const TEXT = 'city.example/log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
const pair = () => generateKeyPairSync('ed25519');
const log = noteSigner('city.example/log', pair().privateKey);
const witness = noteSigner('witness.example/w1', pair().privateKey, COSIGNATURE);
const signed = joinNote(TEXT, [signNote(TEXT, log), cosignNote(TEXT, witness, 1_679_315_147n)]);

const reason = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof NoteError ? error.reason : `another error: ${String(error)}`;
  }
  return 'none';
};

describe('the published examples', () => {
  test.each(PUBLISHED)('of $key verify', ({ key, note }) => {
    const verifier = parseVerifierKey(key);
    expect(formatVerifierKey(verifier)).toBe(key);
    expect(verifyNote(parseNote(note), [verifier])).toEqual([{ key: verifier }]);
    expect(reason(() => verifyNote(parseNote(note.replace('e', 'a')), [verifier]))).toBe('BAD_SIGNATURE');
  });
});

describe('a note', () => {
  test('may carry several signatures, of the log and of witnesses with their time', () => {
    const verified = verifyNote(parseNote(signed), [log.verifierKey, witness.verifierKey]);
    expect(verified).toEqual([{ key: log.verifierKey }, { key: witness.verifierKey, time: 1_679_315_147n }]);
  });

  test('keeps empty lines in its text', () => {
    const text = 'a\n\nb\n';
    expect(parseNote(joinNote(text, [signNote(text, log)])).text).toBe(text);
  });

  test('is verified with the keys one has, whoever else signed', () => {
    const stranger = noteSigner('stranger.example', pair().privateKey);
    const note = parseNote(joinNote(TEXT, [signNote(TEXT, stranger), signNote(TEXT, log)]));
    expect(verifyNote(note, [log.verifierKey])).toEqual([{ key: log.verifierKey }]);
    expect(reason(() => verifyNote(note, [witness.verifierKey]))).toBe('UNSIGNED');
    expect(reason(() => verifyNote(note, []))).toBe('UNSIGNED');
  });

  test('is refused whole when one known key did not sign it, though others did', () => {
    const [good, other] = [signNote(TEXT, log), signNote(`${TEXT}x\n`, noteSigner('b', pair().privateKey))];
    const impostor = parseNote(joinNote(TEXT, [good, other]));
    const name = impostor.signatures[1]!;
    const forged = { ...witness.verifierKey, name: name.name, keyId: name.keyId, type: 1 };
    expect(reason(() => verifyNote(impostor, [log.verifierKey, forged]))).toBe('BAD_SIGNATURE');
  });

  test('is not signed by a witness’s line for another time, nor by its key as a log', () => {
    const line = cosignNote(TEXT, witness, 5n);
    const bytes = Buffer.from(line.trim().split(' ')[2]!, 'base64');
    bytes[11]! ^= 1;
    const later = joinNote(TEXT, [`— witness.example/w1 ${bytes.toString('base64')}\n`]);
    expect(reason(() => verifyNote(parseNote(later), [witness.verifierKey]))).toBe('BAD_SIGNATURE');
    const asLog = noteSigner('witness.example/w1', witness.privateKey);
    expect(asLog.verifierKey.keyId).not.toBe(witness.verifierKey.keyId);
  });

  test('with a bit of any byte of text or signatures changed does not verify', () => {
    const bytes = Buffer.from(signed);
    const unnoticed: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const outcome = reason(() => {
        const note = parseNote(new TextDecoder('utf-8', { fatal: true }).decode(changed));
        if (verifyNote(note, [log.verifierKey, witness.verifierKey]).length < 2) throw new NoteError('UNSIGNED', 'one is gone');
      });
      if (outcome === 'none') unnoticed.push(bit);
    }
    expect(unnoticed).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['no signatures', `${TEXT}\n`],
    ['no blank line', TEXT + signNote(TEXT, log)],
    ['no text', `\n\n${signNote(TEXT, log)}`],
    ['no newline at the end', signed.slice(0, -1)],
    ['a carriage return', signed.replace('\n', '\r\n')],
    ['another dash', signed.replace('—', '-')],
    ['base64 of another spelling', joinNote(TEXT, [signNote(TEXT, log).replace('=', '')])],
    ['a signature of four bytes', joinNote(TEXT, ['— a AAAAAA==\n'])],
    ['a name with a plus', joinNote(TEXT, [signNote(TEXT, log).replace('city', 'ci+y')])],
    ['half a character', signed.replace('city', '\ud800')],
    [
      'more signatures than it takes',
      joinNote(
        TEXT,
        Array.from({ length: 65 }, () => signNote(TEXT, log)),
      ),
    ],
    ['more text than it takes', joinNote(`${'x'.repeat(70_000)}\n`, [signNote(TEXT, log)])],
  ])('with %s is none', (_, note) => {
    expect(reason(() => parseNote(note))).toBe('MALFORMED');
  });

  test('of any bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\n', '—', ' ', 'A', '=', 'a\n\n— b AAAAAAAA\n', '+', '\0') }), (text) => {
        expect(['none', 'MALFORMED']).toContain(reason(() => parseNote(text)));
      }),
    );
  });
});

describe('a verifier key', () => {
  test('is read as it was written', () => {
    for (const { verifierKey } of [log, witness]) {
      const text = formatVerifierKey(verifierKey);
      expect(formatVerifierKey(parseVerifierKey(`${text}\n`))).toBe(text);
    }
  });

  test.each([
    '',
    'a+b',
    PUBLISHED[0].key.replace('530d903a', '530d903b'),
    PUBLISHED[0].key.replace('foo', 'fop'),
    'a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    'x+00000000+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  ])('is not %j', (text) => {
    expect(reason(() => parseVerifierKey(text))).toBe('MALFORMED');
  });

  test.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\nb'])('has no name like %j', (name) => {
    expect(() => noteSigner(name, log.privateKey)).toThrow(TypeError);
  });
});

test('what is signed here verifies with OpenSSL', () => {
  const directory = mkdtempSync(join(tmpdir(), 'note-'));
  try {
    const line = parseNote(joinNote(TEXT, [signNote(TEXT, log)])).signatures[0]!;
    const file = (name: string, content: string | Uint8Array) => (
      writeFileSync(join(directory, name), content), join(directory, name)
    );
    const publicKey = createPublicKey(log.privateKey).export({ type: 'spki', format: 'pem' }).toString();
    const [key, signature] = [file('key.pem', publicKey), file('signature', line.signature)];
    const verify = (text: string) =>
      execFileSync(
        'openssl',
        ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-in', file('text', text), '-sigfile', signature],
        { encoding: 'utf8', stdio: 'pipe' },
      );
    expect(verify(TEXT)).toContain('Verified Successfully');
    expect(() => verify(`${TEXT} `)).toThrow();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
