import { cityToday } from '../../schema/city-clock.ts';
import { daysAfter } from './city-moment.ts';

/** Days without a look that are believed: longer than any holiday, shorter than what most rules remember. */
const QUIET_DAYS = 14;
/** By so many days a gateway's clock may differ from another's, and a day that has ended does not begin again. */
const DISORDER_DAYS = 1;
/** For so long all entries must be astray to be believed: a gateway whose clock is wrong is stopped sooner. */
const BELIEVED_MS = 60_000;
const DAY_MS = 86_400_000;

/** On which city day a log is, as far as its entries tell. */
export interface DayOfLog {
  /** Empty before the first entry. */
  day: string;
  /** When the first of the latest entries was made, all of which are far from that day. */
  astraySince?: number;
}

/**
 * The city day on which the next entry counts, made at that instant in milliseconds; notes where the entry is astray. An entry far from
 * its neighbours was dated by a clock that was wrong: it counts on their day, so that nothing is forgotten for it. Once entries keep on at
 * another day, that is theirs: nobody looked for long, or it is the clocks before that were wrong.
 */
export function dayOfNext(at: number, log: DayOfLog): string {
  const day = cityToday(() => at);
  if (isNear(day, log.day)) {
    if (log.astraySince !== undefined) delete log.astraySince;
    return day > log.day ? day : log.day;
  }
  const since = (log.astraySince ??= at);
  if (at < since || at - since > QUIET_DAYS * DAY_MS) log.astraySince = at;
  else if (at - since >= BELIEVED_MS) {
    delete log.astraySince;
    return day;
  }
  return log.day;
}

/** Almost always it is that day itself. */
function isNear(day: string, to: string): boolean {
  return day === to || to === '' || (day >= daysAfter(to, -DISORDER_DAYS) && day <= daysAfter(to, QUIET_DAYS));
}
