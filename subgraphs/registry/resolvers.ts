import type { Row } from '../../database/db.ts';
import { isPersonSubject } from '../../schema/identifiers/subject-id.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { mayAskAbout, selfOf } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { type ListArguments, loadList, loadOne, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance } from '../kit/provenance.ts';
import { findSubject } from './find-subject.ts';
import type { Subject, SubjectBy } from './find-subject.ts';
import {
  OFFICERS_SQL,
  PERSON_NAME_SQL,
  PREDECESSORS_SQL,
  PREVIOUS_NAMES_SQL,
  SUBJECT_SQL,
  SUCCESSOR_SQL,
} from './registry-sql.ts';
import { searchSubjects } from './search-subjects.ts';
import { registrationStatistics } from './statistics.ts';

interface OfficersArguments extends ListArguments {
  sinceFrom?: string | null;
  sinceTo?: string | null;
}

/** Resolvers of the registry. Related subjects the caller may not ask about (SELF_QUERY) are left out, not refused. */
export const resolvers: Resolvers = {
  Query: {
    subject: (_: unknown, { by }: { by: SubjectBy }, context) => findSubject(by, context),
    subjects: (_: unknown, { by }: { by: readonly SubjectBy[] }, context) => by.map((one) => findSubject(one, context)),
    searchSubjects: (_: unknown, args: Parameters<typeof searchSubjects>[0], context) => searchSubjects(args, context),
    registrationStatistics: (_: unknown, args: Parameters<typeof registrationStatistics>[0], context) =>
      registrationStatistics(args, context),
  },
  CreditSubject: {
    name: async ({ id }: Subject, _: unknown, context) =>
      (await registered(id, context))?.['name'] ?? (await personName(id, context)),
    kind: async ({ id }: Subject, _: unknown, context) =>
      (await registered(id, context))?.['kind'] ?? (isPersonSubject(id) ? 'NATURAL_PERSON' : null),
    unifiedSocialCreditCode: async ({ id }: Subject, _: unknown, context) =>
      (await registered(id, context))?.['unifiedSocialCreditCode'],
    registration: ({ id }: Subject, _: unknown, context) => registered(id, context),
  },
  Registration: {
    previousNames: async ({ key }: Registered, { first, skip }: ListArguments, context) =>
      (await loadList(context, key, { sql: PREVIOUS_NAMES_SQL, params: [pageSize(first, 20), rowsToSkip(skip)] })).map(
        ({ name }) => name,
      ),
    officers: ({ key }: Registered, { first, skip, sinceFrom = null, sinceTo = null }: OfficersArguments, context) =>
      loadList(context, key, { sql: OFFICERS_SQL, params: [pageSize(first, 20), sinceFrom, sinceTo, rowsToSkip(skip)] }),
    predecessors: async ({ key }: Registered, { first, skip }: ListArguments, context) =>
      (await loadList(context, key, { sql: PREDECESSORS_SQL, params: [pageSize(first, 20), rowsToSkip(skip)] })).filter((row) =>
        mayAskAbout(context, String(row['id'])),
      ),
    successor: async ({ key }: Registered, _: unknown, context) => {
      const row = await loadOne(context, key, { sql: SUCCESSOR_SQL });
      return row !== null && mayAskAbout(context, String(row['id'])) ? row : null;
    },
    provenance: provenance,
  },
  Officer: {
    subject: ({ personId }: { personId: string | null }, _: unknown, context) =>
      personId !== null && mayAskAbout(context, personId) ? { id: personId } : null,
  },
};

/** A row of registry.subject; its `key` is the subject's id. */
type Registered = Row & { key: string };

function registered(id: string, context: DepartmentContext): Promise<Row | null> {
  return loadOne(context, id, { sql: SUBJECT_SQL });
}

async function personName(id: string, context: DepartmentContext): Promise<unknown> {
  if (!isPersonSubject(id) || !mayKnowPerson(id, context)) return null;
  return (await loadOne(context, id, { sql: PERSON_NAME_SQL }))?.['name'];
}

/** A name, masked or not, says that somebody is on record as an officer: others than these are not told. */
function mayKnowPerson(id: string, context: DepartmentContext): boolean {
  const { actor, department } = context.caller;
  if (actor === 'DEPARTMENT') return department === 'registry';
  return actor === 'AUDITOR' || actor === 'CREDIT_OFFICE' || selfOf(context) === id;
}
