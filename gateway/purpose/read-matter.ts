import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';
import { GatewayError } from '../errors.ts';

/** The longest case number seen in catalogues is half of this. */
const MAX_CHARACTERS = 128;
/** Controls, invisible and direction-changing characters, broken surrogates: they would let a log line lie about itself. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Checks a case number, which goes on the log as it is: at most 128 printable characters, and no resident number or
 * sole proprietor's code in it, which the log must never hold.
 * @throws {GatewayError} INPUT_INVALID
 */
export function readMatter(matter: string | undefined): string | undefined {
  if (matter === undefined) return undefined;
  if ([...matter].length > MAX_CHARACTERS || UNPRINTABLE.test(matter) || holdsIdentityNumber(matter)) {
    throw new GatewayError('INPUT_INVALID', { argument: 'matter' });
  }
  return matter;
}
