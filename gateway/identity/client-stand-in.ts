import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';

/**
 * A keyed stand-in (16 base64url characters) for a network address, so that visitors can be told apart without
 * keeping where they are. An IPv6 address counts with its /64, which one household or machine has whole.
 */
export function clientStandIn(key: string, address: string): string {
  return createHmac('sha256', key)
    .update(`CLIENT\n${network(address)}`)
    .digest()
    .subarray(0, 12)
    .toString('base64url');
}

function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = (address.toLowerCase().split('%')[0] ?? '').split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}
