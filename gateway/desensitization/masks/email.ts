import { characters, HIDDEN } from '../mask.ts';
import type { Mask } from '../mask.ts';

/** An address as its first character, three asterisks and the domain, `a***@example.cn`; a one-character box keeps the domain alone. */
export function emailMask(): Mask {
  return (text) => {
    const all = characters(text);
    const at = all.lastIndexOf('@');
    const domain = all.slice(at + 1).join('');
    // Without a box or a proper domain it is not an address: it may be anything, a name included.
    if (at < 1 || !DOMAIN.test(domain)) return HIDDEN;
    return `${at === 1 ? '*' : all[0]}***@${domain}`;
  };
}

/** Host name of RFC 1035 with at least one dot. */
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;
