import type { Queryable } from '../../database/db.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import { goRound } from '../go-round.ts';
import type { QueryLog } from './entry.ts';

/** How far the clock may be from the database's: what a department or a bank's proof would take amiss next is a minute. */
const TOLERANCE_MS = 30_000;
/** How often they are compared: for so long at most, entries carry a time that is wrong. */
const COMPARE_MS = 5_000;

/** A clock that is compared with the database's again and again. */
export interface WatchedClock {
  /** Whether it agreed when it was compared last. */
  agrees(): boolean;
  /** The same log, which takes no entry while the clock is wrong: LOG_UNAVAILABLE. */
  guarding(queryLog: QueryLog): QueryLog;
  close(): Promise<void>;
}

/** Whose clocks are compared, and who is told. */
export interface ClockWatchOptions {
  db: Queryable;
  /** This machine's, as entries are dated by it. */
  clock: Clock;
  /** Told, once each time, that it does not agree (milliseconds ahead of the database's, negative behind) and that it does again (0). */
  report: (aheadMs: number) => void;
  /** Told of comparisons that failed; what was known stays. */
  failed: (error: unknown) => void;
}

/**
 * By how many milliseconds the clock is ahead of the database's at least (negative: behind); 0 within the tolerance. The time that asking
 * takes is no difference. Rejects with `DatabaseError`.
 */
async function aheadOf(db: Queryable, clock: Clock): Promise<number> {
  const before = clock();
  const { rows } = await db.query<{ now: string }>('SELECT clock_timestamp() AS now');
  const after = clock();
  const now = Date.parse(rows[0]?.now ?? '');
  const ahead = before > now ? before - now : Math.min(0, after - now);
  return Math.abs(ahead) <= TOLERANCE_MS ? 0 : ahead;
}

/** That nothing may be put on the log by this machine's clock. Rejects with an Error that says by how much it is wrong, and with `DatabaseError`. */
export async function assertClockAgrees(db: Queryable, clock: Clock): Promise<void> {
  const ahead = await aheadOf(db, clock);
  if (ahead === 0) return;
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  throw new Error(
    `本机时钟比数据库时钟${ahead > 0 ? '快' : '慢'} ${seconds} 秒，日志时间将有误，未作任何更改：请校准有误的一方（NTP）后重试。 ` +
      `This machine's clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the database's, and the log would carry its time; ` +
      'nothing was changed. Set the one that is wrong (NTP), then try again.',
  );
}

/** Compares a clock with the database's until closed. Resolves once they have been compared; rejects with `DatabaseError`. */
export async function watchClock({ db, clock, report, failed }: ClockWatchOptions): Promise<WatchedClock> {
  let agrees = true;

  async function compare(): Promise<void> {
    const ahead = await aheadOf(db, clock);
    if ((ahead === 0) !== agrees) report(ahead);
    agrees = ahead === 0;
  }

  await compare();
  const rounds = goRound({ round: compare, everyMs: COMPARE_MS, report: failed });
  return {
    agrees: () => agrees,
    guarding: (queryLog) => ({
      append: (entry, alongside) =>
        agrees ? queryLog.append(entry, alongside) : Promise.reject(new GatewayError('LOG_UNAVAILABLE')),
    }),
    close: () => rounds.close(),
  };
}
