import { checkBusinessRegistrationNo } from '../../../schema/identifiers/business-registration-no.ts';
import type { IdentifierFault } from '../../../schema/identifiers/identifier.ts';
import { normaliseIdentifier } from '../../../schema/identifiers/identifier.ts';
import { checkResidentId, residentBirthDate } from '../../../schema/identifiers/resident-id.ts';
import { subjectId, unresolvedId } from '../../../schema/identifiers/subject-id.ts';
import { checkUscc } from '../../../schema/identifiers/uscc.ts';
import type { RejectionCode } from './reasons.ts';
import type { OldNumber } from './resolve-references.ts';
import type { RowReader } from './row-reader.ts';

/** Whose a line is: an opaque id, or an old 15-digit number that the registry has to resolve. */
export type SubjectReference = { readonly id: string } | OldNumber;

/** How a layout names the columns that identify a subject; a column the layout lacks is left out. */
export interface SubjectFields {
  readonly uscc: string;
  readonly businessRegistrationNo?: string;
  readonly documentType?: string;
  readonly documentNo?: string;
}

/** A line's subject; `birthDate` (`YYYY-MM-DD`) for a person with a resident number, for the rule on minors only. */
export interface IdentifiedSubject {
  readonly subject: SubjectReference;
  readonly uscc?: string;
  readonly birthDate?: string;
}

/** 公民身份号码 by the names departments use for the card that bears it. */
const RESIDENT_ID_TYPES = new Set(['身份证', '居民身份证', '公民身份号码', '身份证号', '中华人民共和国居民身份证']);
const OLD_NUMBER_LENGTH = 15;

/**
 * The subject of a line: by its 18-digit code, else by its 15-digit number (also when typed into the code's column, as
 * 0.4 % of real rows do), else, for a person, by the identity document. Null after reporting the fault to the row.
 */
export function identifySubject(row: RowReader, key: string, fields: SubjectFields): IdentifiedSubject | null {
  const code = row.identifier(fields.uscc);
  const oldNumber = fields.businessRegistrationNo ? row.identifier(fields.businessRegistrationNo) : '';
  if (code.length === OLD_NUMBER_LENGTH && checkBusinessRegistrationNo(code).valid) {
    return byOldNumber(row, key, fields.uscc, code);
  }
  if (code) return byCode(row, key, fields, { code, oldNumber });
  if (oldNumber && fields.businessRegistrationNo) return byOldNumber(row, key, fields.businessRegistrationNo, oldNumber);
  row.fault(fields.uscc, 'NO_IDENTIFIER');
  return null;
}

/** A natural person by an identity document: a resident number is checked, any other document only has to have a number. */
export function identifyPerson(row: RowReader, key: string, fields: SubjectFields): IdentifiedSubject | null {
  const { documentType, documentNo } = fields;
  const number = documentNo ? row.identifier(documentNo) : '';
  if (!documentNo || !number) {
    row.fault(documentNo ?? fields.uscc, 'NO_IDENTIFIER');
    return null;
  }
  const type = documentType ? row.text(documentType) : null;
  if (!isResidentIdType(type)) {
    return { subject: { id: subjectId(key, { type: 'OTHER_DOCUMENT', value: `${type} ${number}` }) } };
  }
  const check = checkResidentId(number);
  if (!check.valid) {
    row.fault(documentNo, faultCode(check.reason));
    return null;
  }
  for (const warning of check.warnings) row.warn(documentNo, warning);
  const id = subjectId(key, { type: 'RESIDENT_ID', value: check.value });
  return { subject: { id }, birthDate: residentBirthDate(check.value) };
}

/** Whether a document is the resident identity card. An empty type counts as it: it is by far the commonest. */
export function isResidentIdType(type: string | null): boolean {
  return type === null || RESIDENT_ID_TYPES.has(type);
}

/** The id of the person who holds a valid resident number, null for any other document or a number that fails its check. */
export function personId(key: string, documentType: string | null, documentNo: string | null): string | null {
  if (!documentNo || !isResidentIdType(documentType)) return null;
  const check = checkResidentId(documentNo);
  return check.valid ? subjectId(key, { type: 'RESIDENT_ID', value: check.value }) : null;
}

/** The reference under which the registry knows an old 15-digit number; null when its check digit is wrong. */
export function oldNumberReference(key: string, number: string): string | null {
  const check = checkBusinessRegistrationNo(number);
  return check.valid ? unresolvedId(key, { type: 'BUSINESS_REGISTRATION_NO', value: check.value }) : null;
}

/** The rejection that reports a failed identifier check. */
function faultCode(reason: IdentifierFault): RejectionCode {
  return `IDENTIFIER_${reason}`;
}

function byCode(
  row: RowReader,
  key: string,
  fields: SubjectFields,
  given: { code: string; oldNumber: string },
): IdentifiedSubject | null {
  const check = checkUscc(given.code);
  if (!check.valid) {
    row.fault(fields.uscc, faultCode(check.reason));
    return null;
  }
  for (const warning of check.warnings) row.warn(fields.uscc, warning);
  if (given.oldNumber && fields.businessRegistrationNo && !checkBusinessRegistrationNo(given.oldNumber).valid) {
    row.warn(fields.businessRegistrationNo, 'IDENTIFIER_DOUBTFUL');
  }
  return { subject: { id: subjectId(key, { type: 'USCC', value: check.value }) }, uscc: check.value };
}

function byOldNumber(row: RowReader, key: string, field: string, number: string): IdentifiedSubject | null {
  const check = checkBusinessRegistrationNo(number);
  if (!check.valid) {
    row.fault(field, faultCode(check.reason));
    return null;
  }
  for (const warning of check.warnings) row.warn(field, warning);
  const value = normaliseIdentifier(number);
  return { subject: { reference: unresolvedId(key, { type: 'BUSINESS_REGISTRATION_NO', value }), number: value } };
}
