import { checkBusinessRegistrationNo } from '../../schema/identifiers/business-registration-no.ts';
import { normaliseIdentifier } from '../../schema/identifiers/identifier.ts';
import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { isPersonSubject, isSubjectId, subjectId, unresolvedId } from '../../schema/identifiers/subject-id.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import { GatewayError } from '../errors.ts';

/** Name of the input type that identifies a subject. */
export const SUBJECT_BY = 'SubjectBy';

/** Input fields that hold a subject's id: whoever looks for one in the query log, or asks for its authorization, asks about it as well. */
export const SUBJECT_FIELDS: ReadonlySet<string> = new Set(['QueryLogFilter.subject', 'AuthorizationRequest.subject']);

/** One `SubjectBy` of the arguments: the identifier it gives, not yet checked. */
export interface AskedSubject {
  by: IdentifierField;
  text: string;
  /** Whether it is a person or sole proprietor, as far as the identifier alone tells. */
  person: boolean | undefined;
}

type IdentifierField = 'unifiedSocialCreditCode' | 'businessRegistrationNo' | 'residentIdNumber' | 'id';
const FIELDS: readonly IdentifierField[] = ['unifiedSocialCreditCode', 'businessRegistrationNo', 'residentIdNumber', 'id'];

/**
 * Reads a coerced `SubjectBy`. A null counts as absent, as clients send every variable they declare.
 * @throws {GatewayError} INPUT_INVALID unless exactly one identifier is given, as text. Never repeats the value.
 */
export function readSubjectBy(value: Readonly<Record<string, unknown>>): AskedSubject {
  const given = Object.keys(value).filter((key) => value[key] !== null && value[key] !== undefined);
  const [only] = given;
  const by = FIELDS.find((field) => field === only);
  if (given.length !== 1 || by === undefined) throw new GatewayError('INPUT_INVALID', { argument: SUBJECT_BY });
  const text = value[by];
  if (typeof text !== 'string') throw invalid(by);
  return { by, text, person: personOf(by, text) };
}

/**
 * The opaque id of a subject asked for; `r-…` for an old registration number, which only the registry can resolve.
 * @throws {GatewayError} INPUT_INVALID for an identifier that cannot be genuine. Never repeats the value.
 */
export function askedId({ by, text }: AskedSubject, key: string): SubjectId {
  switch (by) {
    case 'unifiedSocialCreditCode':
      return subjectId(key, { type: 'USCC', value: valid(by, checkUscc(text)) });
    case 'residentIdNumber':
      return subjectId(key, { type: 'RESIDENT_ID', value: valid(by, checkResidentId(text)) });
    case 'businessRegistrationNo':
      return unresolvedId(key, { type: 'BUSINESS_REGISTRATION_NO', value: valid(by, checkBusinessRegistrationNo(text)) });
    case 'id':
      if (!isSubjectId(text)) throw invalid(by);
      return text;
  }
}

function personOf(by: IdentifierField, text: string): boolean | undefined {
  switch (by) {
    case 'residentIdNumber':
      return true;
    case 'unifiedSocialCreditCode':
      return normaliseIdentifier(text).startsWith('92');
    case 'id':
      return isPersonSubject(text);
    case 'businessRegistrationNo':
      return undefined;
  }
}

function valid(by: IdentifierField, check: ReturnType<typeof checkUscc>): string {
  if (!check.valid) throw invalid(by);
  return check.value;
}

function invalid(by: IdentifierField): GatewayError {
  return new GatewayError('INPUT_INVALID', { argument: `${SUBJECT_BY}.${by}` });
}
