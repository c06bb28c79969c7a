import type { Identifier, SubjectId } from '../../schema/identifiers/subject-id.ts';
import { isPersonSubject, isSubjectId, subjectId, unresolvedId } from '../../schema/identifiers/subject-id.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { assertMayAskAbout, selfOf } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import { loadOne } from '../kit/loaders.ts';
import { IDENTIFIER_SQL, SUBJECT_SQL } from './registry-sql.ts';

/** The input `SubjectBy`: exactly one of these. */
export interface SubjectBy {
  unifiedSocialCreditCode?: string | null;
  businessRegistrationNo?: string | null;
  residentIdNumber?: string | null;
  id?: string | null;
}

/** A credit subject as resolvers pass it on; its fields are loaded when they are selected. */
export interface Subject {
  id: SubjectId;
}

/**
 * The subject of an identifier, or null when the registry knows none. Every resident number has a subject, known or not,
 * so that nobody learns from the answer whether a person is on record.
 * Throws INPUT_INVALID unless there is exactly one identifier, SUBJECT_FORBIDDEN when the caller may not ask about it.
 */
export async function findSubject(by: SubjectBy, context: DepartmentContext): Promise<Subject | null> {
  const id = await resolve(by, context);
  // Whoever asks about itself may know that the registry does not know it.
  if (id === null && isItself(by, context)) return null;
  assertMayAskAbout(context, id);
  return id === null ? null : { id };
}

function isItself({ id, unifiedSocialCreditCode: code }: SubjectBy, context: DepartmentContext): boolean {
  const self = selfOf(context);
  return self !== null && self === (id ?? (code != null ? subjectId(context.subjectKey, { type: 'USCC', value: code }) : null));
}

async function resolve(by: SubjectBy, context: DepartmentContext): Promise<SubjectId | null> {
  const given = Object.entries(by).filter(([, value]) => value !== null && value !== undefined);
  const [field, value] = given[0] ?? [];
  if (given.length !== 1 || typeof value !== 'string') throw new DepartmentError('INPUT_INVALID');
  switch (field) {
    case 'unifiedSocialCreditCode':
      return byCode(value, context);
    case 'businessRegistrationNo':
      return byReference({ type: 'BUSINESS_REGISTRATION_NO', value }, context);
    case 'residentIdNumber':
      return subjectId(context.subjectKey, { type: 'RESIDENT_ID', value });
    default:
      return byId(value, context);
  }
}

async function byCode(value: string, context: DepartmentContext): Promise<SubjectId | null> {
  const id = subjectId(context.subjectKey, { type: 'USCC', value });
  return (await isRegistered(id, context)) ? id : byReference({ type: 'USCC', value }, context);
}

async function byReference(identifier: Identifier, context: DepartmentContext): Promise<SubjectId | null> {
  const row = await loadOne(context, unresolvedId(context.subjectKey, identifier), { sql: IDENTIFIER_SQL });
  return typeof row?.['subjectId'] === 'string' ? row['subjectId'] : null;
}

async function byId(id: string, context: DepartmentContext): Promise<SubjectId | null> {
  if (!isSubjectId(id)) throw new DepartmentError('INPUT_INVALID');
  return isPersonSubject(id) || (await isRegistered(id, context)) ? id : null;
}

async function isRegistered(id: SubjectId, context: DepartmentContext): Promise<boolean> {
  return (await loadOne(context, id, { sql: SUBJECT_SQL })) !== null;
}
