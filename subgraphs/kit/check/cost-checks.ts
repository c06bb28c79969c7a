import { randomBytes } from 'node:crypto';
import { buildASTSchema, isObjectType, parse } from 'graphql';
import type { Check, CheckOptions } from './check.ts';
import { describedSdl } from './described-sdl.ts';
import { pagedLists, wholeSelection } from './selections.ts';
import type { SubjectType } from './selections.ts';
import type { Target } from './target.ts';

const MANY = 50;
/** Statements that real subjects may add to those of the first one; far fewer than one a subject. */
const NESTED_STATEMENTS = 5;
/** One more than any list may give. */
const TOO_MANY_ROWS = 101;
const ENTITIES = (selection: string) =>
  `query ($r: [_Any!]!) { _entities(representations: $r) { ... on CreditSubject { ${selection} } } }`;

/** What a request costs depends on what is asked, not on about how many. */
export function costChecks({ subjects }: Pick<CheckOptions, 'subjects'>): readonly Check[] {
  return [
    {
      id: 'SC30',
      level: 'MUST',
      title: `batches: ${MANY} subjects cost as many statements as one`,
      run: async (target) => {
        const selection = wholeSelection(await subjectType(target));
        const one = await statements(target, selection, padded(subjects, 1));
        const many = await statements(target, selection, padded(subjects, MANY));
        // A nested list or a name looked up elsewhere costs its statement only when some subject has rows above it.
        const nested = subjects.length > 1 ? NESTED_STATEMENTS : 0;
        if (many > one + nested) throw new Error(`1 subject cost ${one} statements, ${MANY} cost ${many}`);
      },
    },
    {
      id: 'SC31',
      level: 'MUST',
      title: 'refuses a list of more than 100 (INPUT_INVALID)',
      run: async (target) => {
        const ids = padded(subjects, 1);
        for (const { path, select, above } of pagedLists(await subjectType(target))) {
          // Where a made-up subject has nothing above the list, its resolver is not reached.
          if ((await statements(target, select(1), ids)) === (await statements(target, above, ids))) continue;
          const { codes } = await target.ask(ENTITIES(select(TOO_MANY_ROWS)), target.sign(), { r: references(ids) });
          if (!codes.includes('INPUT_INVALID'))
            throw new Error(`${path}(first: ${TOO_MANY_ROWS}) answered ${codes.join(' ') || 'without an error'}`);
        }
      },
    },
    {
      id: 'SC32',
      level: 'SHOULD',
      title: `reads nothing for what is not selected`,
      run: async (target) => {
        const cost = await statements(target, '__typename', padded(subjects, MANY));
        if (cost > 0) throw new Error(`${cost} statements for no field`);
      },
    },
  ];
}

async function statements(target: Target, selection: string, ids: readonly string[]): Promise<number> {
  const reply = await target.ask(ENTITIES(selection), target.sign(), { r: references(ids) });
  if (reply.statements === undefined)
    throw new Error(`answered ${reply.status} ${reply.codes.join(' ')} without extensions.statements`);
  if (reply.codes.length > 0) throw new Error(`answered ${reply.codes.join(' ')}`);
  return reply.statements;
}

async function subjectType(target: Target): Promise<SubjectType> {
  // Federation's own definitions are left out of an SDL; without them the rest is only read, not validated.
  const type = buildASTSchema(parse(await describedSdl(target)), { assumeValid: true, assumeValidSDL: true }).getType(
    'CreditSubject',
  );
  if (!isObjectType(type)) throw new Error('there is no type CreditSubject');
  return type;
}

function references(ids: readonly string[]) {
  return ids.map((id) => ({ __typename: 'CreditSubject', id }));
}

/** The given subjects, filled up with ids that nobody has. */
function padded(subjects: readonly string[], count: number): string[] {
  const made = Array.from({ length: Math.max(0, count - subjects.length) }, () => `o-${randomBytes(16).toString('base64url')}`);
  return [...subjects.slice(0, count), ...made];
}
