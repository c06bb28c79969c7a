import type { Queryable } from '../../database/db.ts';
import type { Acting } from '../../schema/acting.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { Acts } from '../acts/acts.ts';
import { GatewayError } from '../errors.ts';

/** Whether a subject is told of looks at it, since when (RFC 3339 UTC), and whether the city tells anybody. */
export interface AccessNotifications {
  available: boolean;
  enabled: boolean;
  since: string | null;
}

/** What the desk stands on; `available` is whether the city has a platform that tells people. */
interface NotificationDeskParts {
  db: Queryable;
  acts: Acts;
  available: boolean;
  clock: Clock;
}

/** Where a subject says whether it wants to be told of looks at it, an act of its own. Rejects with NOT_FOUND where the city tells nobody. */
export function notificationDesk({ db, acts, available, clock }: NotificationDeskParts) {
  async function read(on: Queryable, subject: string): Promise<AccessNotifications> {
    const { rows } = await on.query<{ since: string }>('SELECT since FROM notifications.subscriber WHERE subject = $1', [
      subject,
    ]);
    return { available, enabled: rows.length > 0, since: rows[0]?.since ?? null };
  }

  return {
    notifications: (subject: string): Promise<AccessNotifications> => read(db, subject),
    /** What is wanted already is no error: the act says once more what is so. */
    async set(by: Acting & { subject: string }, enabled: boolean): Promise<AccessNotifications> {
      if (enabled && !available) throw new GatewayError('NOT_FOUND');
      const { subject } = by;
      const kind = enabled ? 'NOTIFICATIONS_ENABLED' : 'NOTIFICATIONS_DISABLED';
      return acts.record(by, { kind, object: subject }, async (tx) => {
        if (enabled)
          await tx.query(
            `INSERT INTO notifications.subscriber (subject, since, since_seq) SELECT $1, $2, size FROM querylog.head
             ON CONFLICT (subject) DO NOTHING`,
            [subject, new Date(clock()).toISOString()],
          );
        else await tx.query('DELETE FROM notifications.subscriber WHERE subject = $1', [subject]);
        return read(tx, subject);
      });
    },
  };
}
