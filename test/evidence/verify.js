// Verifies an exported query log with nothing but Node and openssl: not a line of Xinqiao's own code. Usage: node verify.js DIRECTORY
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = process.argv[2] ?? '.';
const read = (path) => readFileSync(join(directory, path));
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, 2.1, as it is written there. */
function root(leaves) {
  if (leaves.length < 2) return leaves[0] ?? sha();
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** C2SP tlog-tiles: groups of three digits, all but the last behind an x. */
function pathOf(index, width) {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const path = digits.replace(/\d{3}(?=\d)/g, 'x$&/');
  return width === 256 ? path : `${path}.p/${width}`;
}

function isSigned(key, message, signature) {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  const files = { key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]), message, signature };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const command = [
    'pkeyutl',
    '-verify',
    '-rawin',
    '-pubin',
    '-keyform',
    'DER',
    '-inkey',
    'key',
    '-in',
    'message',
    '-sigfile',
    'signature',
  ];
  const { status } = spawnSync('openssl', command, { cwd: folder });
  rmSync(folder, { recursive: true });
  return status === 0;
}

execFileSync('openssl', ['version']);
const [text, signatures] = read('checkpoint').toString().split('\n\n');
const [origin, size, signedRoot] = text.split('\n');
const leaves = [];
for (let first = 0; first < Number(size); first += 256) {
  const bundle = read(`tile/entries/${pathOf(first / 256, Math.min(256, Number(size) - first))}`);
  for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at))
    leaves.push(sha(Buffer.of(0), bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at))));
}
const isWhole = leaves.length === Number(size) && root(leaves).toString('base64') === signedRoot;
const line = signatures.split('\n').find((one) => one.startsWith(`— ${origin} `));
const keys = read('keys').toString().split('\n');
const key = keys.find((one) => one.startsWith(`${origin}+`))?.slice(origin.length + 10);
const signature = Buffer.from(line?.split(' ')[2] ?? '', 'base64').subarray(4);
const holds = isWhole && isSigned(Buffer.from(key ?? '', 'base64').subarray(1), `${text}\n`, signature);
process.stdout.write(`${holds ? 'verified' : 'NOT VERIFIED'} ${size}\n`);
process.exitCode = holds ? 0 : 1;
