import { cityToday } from '../../schema/city-clock.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { selfOf } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { type ListArguments, loadList, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance } from '../kit/provenance.ts';
import { PENALTIES_SQL } from './penalties-sql.ts';
import { loadPublicityRules } from './publicity-rules.ts';

const PUBLICITY_RULES = loadPublicityRules(new URL('publicity-rules.yaml', import.meta.url));

interface PenaltiesArguments extends ListArguments {
  decidedFrom?: string | null;
  decidedTo?: string | null;
}

/** Resolvers of the penalties department. */
export const resolvers: Resolvers = {
  CreditSubject: {
    penalties: ({ id }: { id: string }, { first, skip, decidedFrom = null, decidedTo = null }: PenaltiesArguments, context) =>
      loadList(context, id, {
        sql: PENALTIES_SQL,
        params: [
          pageSize(first, 20),
          decidedFrom,
          decidedTo,
          cityToday(context.clock),
          seesEverything(context),
          selfOf(context),
          PUBLICITY_RULES,
          rowsToSkip(skip),
        ],
      }),
  },
  AdministrativePenalty: { provenance },
};

/** Owner and auditors see repaired, expired, minor and withdrawn penalties too; a subject sees its own, by its id. */
function seesEverything({ caller }: DepartmentContext): boolean {
  return caller.actor === 'AUDITOR' || (caller.actor === 'DEPARTMENT' && caller.department === 'penalties');
}
