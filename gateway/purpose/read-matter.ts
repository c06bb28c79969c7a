import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import { GatewayError } from '../errors.ts';

/** The longest case number seen in catalogues is half of this. */
const MAX_CHARACTERS = 128;
/** Controls, invisible and direction-changing characters, broken surrogates: they would let a log line lie about itself. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Runs of exactly 18 characters of an identity number or credit code. */
const IDENTITY_LENGTH_RUNS = /(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])/g;

/**
 * Checks a case number, which goes on the log as it is: at most 128 printable characters, and no resident number or
 * sole proprietor's code in it, which the log must never hold.
 * @throws {GatewayError} INPUT_INVALID
 */
export function readMatter(matter: string | undefined): string | undefined {
  if (matter === undefined) return undefined;
  const runs = matter.normalize('NFKC').match(IDENTITY_LENGTH_RUNS) ?? [];
  if ([...matter].length > MAX_CHARACTERS || UNPRINTABLE.test(matter) || runs.some(isPersonal)) {
    throw new GatewayError('INPUT_INVALID', { argument: 'matter' });
  }
  return matter;
}

function isPersonal(run: string): boolean {
  return checkResidentId(run).valid || (run.startsWith('92') && checkUscc(run).valid);
}
