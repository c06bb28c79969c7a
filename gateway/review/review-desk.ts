import { createHash } from 'node:crypto';
import type { Queryable } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { Acting } from '../../schema/acting.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { Acts } from '../acts/acts.ts';
import { GatewayError } from '../errors.ts';
import { isAccount } from '../identity/claims.ts';
import type { ActKind } from '../querylog/act.ts';
import { type AlertMove, stateAfter } from './alert-state.ts';
import { findAlert, type QueuedAlert } from './find-alerts.ts';
import { assertNotTheirOwn, type Reviewer, reviewerOf } from './reviewer.ts';

/** What a step is called on the log. */
const STEP_ACTS = {
  ASSIGN: 'ALERT_ASSIGNED',
  EXPLAIN: 'ALERT_EXPLAINED',
  CONFIRM: 'ALERT_CONFIRMED',
  CLOSE: 'ALERT_CLOSED',
  COMMENT: 'ALERT_COMMENTED',
} as const satisfies Record<AlertMove | 'COMMENT', ActKind>;

const COMMENT_CHARACTERS = { least: 2, most: 2_000 };

/** What the desks of review work with. */
export interface ReviewDeskParts {
  db: Queryable;
  acts: Acts;
  clock: Clock;
}

interface Step {
  kind: AlertMove | 'COMMENT';
  comment: string | null;
  /** Whom it is given to, where it is. */
  assignee?: Reviewer;
}

/**
 * What auditors do about alerts: each step an act, its comment beside the log. Everything rejects with NOT_FOUND (no such alert, or
 * another auditor's), ALREADY_DONE (it stands elsewhere), OWN_QUERY, INPUT_INVALID (a comment of no length, an account that can be
 * nobody's), ACT_FORBIDDEN.
 */
export function reviewDesk(parts: ReviewDeskParts) {
  const step = (by: Acting, id: string, made: Step) => take(parts, { by, id, step: made });
  return {
    /**
     * Gives an open alert to an auditor of the caller's organisation, or to the caller; with a comment that says why, one that somebody
     * has already: nobody can tell here whether that account is there and its bearer at work.
     */
    assign: async (by: Acting, id: string, operator: string | null, comment: string | null) => {
      const assignee = operator === null ? reviewerOf(by) : { organization: by.organization, operator: readAccount(operator) };
      return step(by, id, { kind: 'ASSIGN', comment: comment === null ? null : readComment(comment), assignee });
    },
    explain: async (by: Acting, id: string, comment: string) => step(by, id, { kind: 'EXPLAIN', comment: readComment(comment) }),
    confirm: async (by: Acting, id: string, comment: string) => step(by, id, { kind: 'CONFIRM', comment: readComment(comment) }),
    close: async (by: Acting, id: string, comment: string | null) =>
      step(by, id, { kind: 'CLOSE', comment: comment === null ? null : readComment(comment) }),
    comment: async (by: Acting, id: string, comment: string) => step(by, id, { kind: 'COMMENT', comment: readComment(comment) }),
  };
}

/** A person's own text. @throws {GatewayError} INPUT_INVALID when it says nothing, or too much. */
export function readComment(comment: string): string {
  const text = comment.normalize('NFC').trim();
  const { length } = [...text];
  if (length < COMMENT_CHARACTERS.least || length > COMMENT_CHARACTERS.most)
    throw new GatewayError('INPUT_INVALID', { argument: 'comment' });
  return text;
}

/** A work account as the log names them. @throws {GatewayError} INPUT_INVALID when it is none, or a person's number. */
function readAccount(operator: string): string {
  if (isAccount(operator)) return operator;
  throw new GatewayError('INPUT_INVALID', { argument: 'operator' });
}

/** SHA-256 (hex) of what the log does not hold itself. */
export function digestOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

async function take({ db, acts, clock }: ReviewDeskParts, { by, id, step }: { by: Acting; id: string; step: Step }) {
  const reviewer = reviewerOf(by);
  const alert = await findAlert(db, id);
  if (alert === undefined) throw new GatewayError('NOT_FOUND');
  const { kind, comment, assignee } = step;
  await assertNotTheirOwn(db, alert, assignee === undefined ? [reviewer] : [reviewer, assignee]);
  const made = { alert: id, kind, time: new Date(clock()).toISOString(), ...reviewer, comment, ...(assignee && { assignee }) };
  return acts.record(by, { kind: STEP_ACTS[kind], object: id, digest: digestOf(made) }, async (tx) => {
    if (kind !== 'COMMENT') await move(tx, { id, kind, reviewer, assignee, comment });
    await tx.query(
      'INSERT INTO review.alert_step (alert, at, organization, operator, kind, comment, assignee) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, made.time, made.organization, made.operator, kind, comment, assignee?.operator ?? null],
    );
    return (await findAlert(tx, id)) as QueuedAlert;
  });
}

interface Move {
  id: string;
  kind: AlertMove;
  reviewer: Reviewer;
  assignee: Reviewer | undefined;
  comment: string | null;
}

/** Under the alert's lock: two auditors may have the same in mind. */
async function move(tx: Queryable, { id, kind, reviewer, assignee, comment }: Move): Promise<void> {
  const alert = await findAlert(tx, id, true);
  const state = alert && stateAfter(alert.state, kind);
  if (alert === undefined || state === undefined) throw new GatewayError('ALREADY_DONE');
  if (kind === 'ASSIGN' && alert.state === 'ASSIGNED' && comment === null) throw new GatewayError('ALREADY_DONE');
  if ((kind === 'EXPLAIN' || kind === 'CONFIRM') && !isAssignee(alert, reviewer)) throw new GatewayError('NOT_FOUND');
  const to = assignee ?? { organization: alert.assigneeOrganization, operator: alert.assignee };
  await tx.query('UPDATE review.alert SET state = $2, assignee_organization = $3, assignee = $4 WHERE id = $1', [
    id,
    state,
    to.organization,
    to.operator,
  ]);
}

function isAssignee({ assigneeOrganization, assignee }: QueuedAlert, { organization, operator }: Reviewer): boolean {
  return assigneeOrganization === organization && assignee === operator;
}
