import { GatewayError } from '../errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ASCII = /^[\x20-\x7e\t]*$/;
const BYTES = /^[\x20-\x7e\t\x80-\xff]*$/;

/**
 * The text in a header's value. Official case numbers are Chinese, which a header carries as percent-encoded UTF-8
 * (RFC 3986) or, from many clients, as bare UTF-8 bytes that Node reads as Latin-1 (RFC 9110 clause 5.5).
 * @throws {GatewayError} INPUT_INVALID for a broken encoding, or for both at once, which has two readings.
 */
export function decodeHeader(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    if (ASCII.test(value)) return decodeURIComponent(value);
    if (BYTES.test(value) && !value.includes('%')) return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    // Falls through to the refusal: the decoder's message would repeat the value.
  }
  throw new GatewayError('INPUT_INVALID', { argument: name });
}
