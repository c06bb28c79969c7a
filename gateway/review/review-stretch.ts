import type { Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { PositionedEntry } from '../querylog/read-entries.ts';
import { readOwnSubjects } from './keep-reviewed.ts';
import { reviewEntries, type Reviewed, type ReviewState } from './review-entries.ts';

/** Reviews the next entries and moves the state on, with what organisations told of who bears an account. */
export async function reviewStretch(
  db: Queryable,
  entries: readonly PositionedEntry[],
  { state, policy }: { state: ReviewState; policy: PolicySet },
): Promise<Reviewed> {
  const ownSubjects = await readOwnSubjects(
    db,
    entries.flatMap(({ entry: { caller } }) => caller?.operator ?? []),
  );
  return reviewEntries(entries, state, { policy, ownSubjects });
}
