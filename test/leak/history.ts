import type { Db } from '../../database/db.ts';
import { indexBatch } from '../../gateway/audit/follow-log.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import type { CanaryCity } from './canary-city.ts';

/**
 * Looks at every subject of the city, some of them sealed, on the log before the questions are asked. Its read model then
 * stands still: the oracle asks after the gateway, and must find the same.
 */
export async function writeHistory(db: Db, { handles }: CanaryCity): Promise<void> {
  const ids = [...new Set(handles.flatMap(({ by }) => (by['id'] === undefined ? [] : [by['id']])))];
  const log = createQueryLog({ db, origin: 'leak.example/log' });
  const appended = ids.flatMap((id, n) =>
    LOOKS.map((look) =>
      log.append(
        entryOf(`history-${n}`, {
          time: new Date(Date.parse('2026-05-30T00:00:00Z') + n * 1_000).toISOString(),
          subjects: { asked: [id], returned: [id] },
          ...look,
        }),
      ),
    ),
  );
  await Promise.all(appended);
  await log.close();
  while ((await indexBatch(db)) !== 0);
}

const LOOKS = [
  { purpose: 'LOAN_PRE', caller: { actor: 'BANK', organization: 'bank-1', operator: 'teller-1' } },
  {
    purpose: 'AUDIT_SUPERVISION',
    matter: '立案〔2026〕1号',
    caller: { actor: 'AUDITOR', organization: 'audit', operator: 'auditor-1' },
  },
] as const;
