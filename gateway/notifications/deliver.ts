import type { Db } from '../../database/db.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { type Hook, type Message, postMessage, type Posted } from './post-message.ts';

/** Messages under way at a time. */
const MESSAGES = 20;
/** How long an attempt keeps others from the message: past every time limit. */
const LEASE_MS = 60_000;
/** The first wait, and the longest. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;

/** What messages are delivered with. */
export interface Delivery {
  db: Db;
  /** Name of the log. */
  origin: string;
  hook: Hook;
  /** Attempts after which a message is given up. */
  mostAttempts: number;
  /** The city date (`YYYY-MM-DD`) on which a look may be told to its subject; null when it may be today. */
  opensOn(look: { time: string; purpose: string | null; organization: string; matter: string | null }): string | null;
  /** The purpose in plain words. */
  purposeName(look: { time: string; purpose: string | null }): string | undefined;
  clock: () => number;
  /** From 0 up to 1, for waits that differ. */
  random: () => number;
}

interface Due {
  seq: bigint;
  subject: string;
  at: string;
  attempts: number;
  canonical: string | null;
}

/**
 * Delivers messages that are due, each at least once: dying between the platform's answer and its note here sends the same id again.
 * Resolves with how many were tried. Rejects with `DatabaseError`.
 */
export async function deliverDue(delivery: Delivery): Promise<number> {
  const due = await claim(delivery);
  await Promise.all(due.map((message) => deliver(message, delivery)));
  return due.length;
}

async function claim({ db, clock }: Delivery): Promise<Due[]> {
  const now = clock();
  const { rows } = await db.query(
    `WITH due AS (
       SELECT seq, subject FROM notifications.outbox WHERE state = 'PENDING' AND due_at <= $1::timestamptz
       ORDER BY due_at LIMIT ${MESSAGES} FOR UPDATE SKIP LOCKED
     ), claimed AS (
       UPDATE notifications.outbox o SET due_at = $2, attempts = attempts + 1 FROM due
       WHERE o.seq = due.seq AND o.subject = due.subject RETURNING o.seq, o.subject, o.at, o.attempts
     ) SELECT claimed.*, e.canonical FROM claimed LEFT JOIN querylog.entry e ON e.seq = claimed.seq AND e.at = claimed.at`,
    [new Date(now).toISOString(), new Date(now + LEASE_MS).toISOString()],
  );
  return rows as unknown as Due[];
}

async function deliver(due: Due, delivery: Delivery): Promise<void> {
  const { db, hook, clock, opensOn } = delivery;
  const place = [due.seq, due.subject] as const;
  const entry = due.canonical === null ? null : (JSON.parse(due.canonical) as QueryLogEntry);
  // Archived before it could be told: the access history has forgotten it as well.
  if (entry === null) return void (await db.query(DONE, place));
  const organization = entry.caller?.organization ?? '';
  const opens = opensOn({ time: entry.time, purpose: entry.purpose, organization, matter: entry.matter });
  if (opens !== null) {
    const opensAt = new Date(`${opens}T00:00:00+08:00`).toISOString();
    return void (await db.query(LATER, [...place, opensAt, due.attempts - 1]));
  }
  await note(due, await postMessage(hook, messageOf(due, entry, delivery), clock()), delivery);
}

/** What is told: that somebody looked, no more. The rest the subject reads itself. */
function messageOf({ seq, subject }: Due, { time, purpose, caller }: QueryLogEntry, { origin, purposeName }: Delivery): Message {
  const organization = caller?.organization ?? '';
  const data = {
    subject,
    time,
    organization: organization === '' ? null : organization,
    purposeName: purposeName({ time, purpose }) ?? null,
    receipt: { origin, index: seq.toString() },
  };
  return { id: `${seq}_${subject}`, body: JSON.stringify({ type: 'subject.looked_at', timestamp: time, data }) };
}

async function note(
  { seq, subject, attempts }: Due,
  posted: Posted,
  { db, mostAttempts, clock, random }: Delivery,
): Promise<void> {
  const { status, afterMs = 0 } = posted;
  if (status >= 200 && status < 300) return void (await db.query(DONE, [seq, subject]));
  // 410: the platform wants it nevermore.
  if (status === 410 || attempts >= mostAttempts) return void (await db.query(DEAD, [seq, subject]));
  const wait = Math.max(afterMs, waitAfter(attempts, random()));
  await db.query(LATER, [seq, subject, new Date(clock() + wait).toISOString(), attempts]);
}

const DONE = 'DELETE FROM notifications.outbox WHERE seq = $1 AND subject = $2';
const DEAD = `UPDATE notifications.outbox SET state = 'DEAD' WHERE seq = $1 AND subject = $2`;
const LATER = 'UPDATE notifications.outbox SET due_at = $3, attempts = $4 WHERE seq = $1 AND subject = $2';

/** Twice as long each time, and between half and all of that, so that a platform that comes back is not met by all at once. */
function waitAfter(attempts: number, random: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS) * (0.5 + random / 2);
}
