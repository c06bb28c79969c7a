import type { DisclosureNotice, FieldTreatment, PlannedField, SubjectKinds } from './disclosure.ts';

/**
 * Every treatment short of revealing among the planned fields, once per coordinate and rule, in the client's order.
 * Only for the kinds of subject asked for: what would happen to others is not this client's matter.
 */
export function noticesOf(fields: readonly PlannedField[], kinds: ReadonlyMap<string, SubjectKinds>): DisclosureNotice[] {
  const notices = new Map<string, DisclosureNotice>();
  for (const field of fields) walk(field, kinds.get(field.responseKey) ?? 'both', { notices, depth: 0 });
  return [...notices.values()];
}

function walk(field: PlannedField, kinds: SubjectKinds, into: { notices: Map<string, DisclosureNotice>; depth: number }): void {
  const { coordinate, organization, person } = field;
  if (coordinate !== null)
    for (const notice of noticesFor(coordinate, { organization, person }, kinds)) add(notice, into.notices);
  const below = field.isSubject === true && into.depth > 0 ? 'both' : kinds;
  for (const inner of field.fields ?? []) walk(inner, below, { notices: into.notices, depth: into.depth + 1 });
}

function noticesFor(
  coordinate: string,
  { organization, person }: Pick<PlannedField, 'organization' | 'person'>,
  kinds: SubjectKinds,
): DisclosureNotice[] {
  if (kinds === 'both' && organization === person) return noticeOf(coordinate, organization, 'both');
  return [
    ...(kinds === 'persons' ? [] : noticeOf(coordinate, organization, 'organizations')),
    ...(kinds === 'organizations' ? [] : noticeOf(coordinate, person, 'persons')),
  ];
}

function noticeOf(
  coordinate: string,
  { treatment, rule, basis }: FieldTreatment,
  subjects: DisclosureNotice['subjects'],
): DisclosureNotice[] {
  return treatment === 'REVEAL' ? [] : [{ coordinate, treatment, rule, basis, subjects }];
}

function add(notice: DisclosureNotice, notices: Map<string, DisclosureNotice>): void {
  const key = `${notice.coordinate} ${notice.treatment} ${notice.rule} ${notice.subjects}`;
  if (!notices.has(key)) notices.set(key, notice);
}
