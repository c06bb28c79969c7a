import { isIP } from 'node:net';
import * as v from 'valibot';

/** Any text that is not blank. */
export function text(form: string) {
  return v.pipe(v.string(form), v.trim(), v.minLength(1, form));
}

/** A range that names everybody would let every client choose the address it is counted by. */
export function proxies() {
  const form = 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8';
  return v.pipe(
    v.string(),
    v.transform((value) => value.split(',').map((part) => part.trim())),
    v.check((parts) => parts.every(isAddressRange), form),
  );
}

function isAddressRange(part: string): boolean {
  const [address = '', prefix, ...rest] = part.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  const hasLength = prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits);
  return isIP(address) !== 0 && rest.length === 0 && hasLength;
}

/** 256 bits as hexadecimal are 64 characters; 32 is the least that is not guessed. */
export function key() {
  return v.pipe(v.string(), v.minLength(32, 'at least 32 characters, such as `openssl rand -hex 32` prints'));
}

/** The newest first; the older ones still open what they sealed. */
export function keys() {
  const form = 'keys of at least 32 characters, the newest first, separated by commas';
  return v.pipe(
    v.string(),
    v.check((value) => value.split(',').every((part) => part.trim().length >= 32), form),
  );
}

/** Whole decimal digits within a range, both ends included; the fallback where nothing is set. */
export function wholeNumber(fallback: number, least: number, most: number) {
  return v.optional(wholeText(least, most), String(fallback));
}

/** Whole decimal digits within a range, both ends included. */
export function wholeText(least: number, most: number) {
  const form = `a whole number from ${least} to ${most}`;
  return v.pipe(v.string(), v.regex(/^\d{1,10}$/, form), v.transform(Number), v.minValue(least, form), v.maxValue(most, form));
}

/** An address of one of the protocols (with their colon); `form` is an example. */
export function url(form: string, protocols: readonly string[]) {
  return v.pipe(
    v.string(),
    v.check((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), `an address such as ${form}`),
  );
}

/** An address whose way nobody can read or change: https, or http on this machine; `form` is an example. */
export function safeUrl(form: string) {
  return v.pipe(
    v.string(),
    v.check((value) => {
      if (!URL.canParse(value)) return false;
      const { protocol, hostname, username } = new URL(value);
      const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
      return username === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
    }, `an https address such as ${form}, or http on this machine`),
  );
}

/** Where a department's own server is. */
export function subgraphUrl() {
  return v.optional(url('http://tax:4001/graphql', ['http:', 'https:']));
}
