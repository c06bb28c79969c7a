import { createHash, randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { longestApprovalDays } from '../../policies/registration.ts';
import type { Acting } from '../../schema/acting.ts';
import { type Clock, cityToday } from '../../schema/city-clock.ts';
import type { ActKind } from '../querylog/act.ts';
import type { Acts } from '../acts/acts.ts';
import { GatewayError } from '../errors.ts';
import { disclosureOf, type Rules } from './disclosure-of.ts';
import { widened } from './fingerprint.ts';
import type { LiveOperations } from './live-operations.ts';
import { decide, findOperation, findOperations, insertOperation, type Sought } from './operation-rows.ts';
import type { RegisteredOperation } from './operation.ts';
import { readRegistration, readText, type Registration } from './read-registration.ts';

export interface OperationDeskOptions {
  db: Queryable;
  acts: Acts;
  operations: Pick<LiveOperations, 'refresh'>;
  /** What an operation is held against now. */
  rules: { current(): Rules };
  clock: Clock;
}

/** As it is shown: with what it would disclose, which is computed when it is asked for. */
export type ShownOperation = RegisteredOperation & { disclosure: () => unknown };

/**
 * Registers and reviews operations, for whoever the policy lets. Rejects with INPUT_INVALID, ACT_FORBIDDEN (one's own registration),
 * ALREADY_DONE (registered already, decided already, or not what was reviewed) and NOT_FOUND.
 */
export function operationDesk(desk: OperationDeskOptions) {
  return {
    register: (by: Acting, asked: Registration) => register(desk, by, asked),
    approve: (by: Acting, id: string, approval: Approval) => approve(desk, by, { id, ...approval }),
    reject: (by: Acting, id: string, reason: string) => end(desk, by, { id, reason, kind: 'OPERATION_REJECTED' }),
    withdraw: (by: Acting, id: string, reason: string) => end(desk, by, { id, reason, kind: 'OPERATION_WITHDRAWN' }),
    async operation(by: Acting, id: string): Promise<ShownOperation | null> {
      const found = await findOperation(desk.db, id, todayAt(desk));
      return found !== undefined && maySee(by, found) ? shown(desk, found) : null;
    },
    async operations(by: Acting, sought: Sought): Promise<ShownOperation[]> {
      if (typeof sought.after === 'string') await visible(desk, by, sought.after);
      const own = seesAll(by) ? null : clientOf(by);
      const found = await findOperations(desk.db, { ...sought, own }, todayAt(desk));
      return found.map((operation) => shown(desk, operation));
    },
  };
}

/** What is approved, and until when. */
interface Approval {
  digest: string;
  validUntil: string;
}

async function register(desk: OperationDeskOptions, by: Acting, asked: Registration): Promise<ShownOperation> {
  const today = todayAt(desk);
  const made = { id: randomUUID(), ...clientOf(by), ...readRegistration(asked), ...signed(by, desk.clock, 'registered') };
  assertOpenTo(by, made.purpose, desk.rules.current(), today);
  if (disclosureOf(made, desk.rules.current(), today) === null) throw new GatewayError('INPUT_INVALID', { argument: 'document' });
  const { document: _document, ...as } = made;
  return record(desk, by, { kind: 'OPERATION_REGISTERED', as, change: (tx) => insertOperation(tx, made, today) });
}

async function approve(desk: OperationDeskOptions, by: Acting, { id, digest, validUntil }: Approval & { id: string }) {
  const today = todayAt(desk);
  const operation = await visible(desk, by, id);
  assertOthers(by, operation);
  const { policy } = desk.rules.current();
  assertWithinCap(validUntil, today, longestApprovalDays(policy.source.registration, operation.actor));
  const disclosure = disclosureOf(operation, desk.rules.current(), today);
  // What is approved is what was seen: not what the rules have made of it since.
  if (disclosure === null || disclosure.digest !== digest) throw new GatewayError('ALREADY_DONE', { changed: 'disclosure' });
  const approval = { decisionReason: null, validUntil, approved: disclosure.fingerprint };
  const decision = { from: LIVE, to: 'APPROVED', ...signed(by, desk.clock, 'decided'), ...approval } as const;
  const as = { id, hash: operation.hash, validUntil, disclosure: digest };
  return record(desk, by, { kind: 'OPERATION_APPROVED', as, change: (tx) => decide(tx, id, decision, today) });
}

async function end(
  desk: OperationDeskOptions,
  by: Acting,
  { id, reason, kind }: { id: string; reason: string; kind: 'OPERATION_REJECTED' | 'OPERATION_WITHDRAWN' },
) {
  const operation = await visible(desk, by, id);
  if (kind === 'OPERATION_REJECTED') assertOthers(by, operation);
  const decided = { ...signed(by, desk.clock, 'decided'), decisionReason: readText('reason', reason) };
  const decision =
    kind === 'OPERATION_REJECTED'
      ? ({ from: ['IN_REVIEW'], to: 'REJECTED', ...decided } as const)
      : ({ from: LIVE, to: 'WITHDRAWN', ...decided } as const);
  return record(desk, by, { kind, as: { id, ...decided }, change: (tx) => decide(tx, id, decision, todayAt(desk)) });
}

const LIVE = ['IN_REVIEW', 'APPROVED'] as const;

async function record(
  desk: OperationDeskOptions,
  by: Acting,
  { kind, as, change }: { kind: ActKind; as: { id: string }; change: (tx: Queryable) => Promise<RegisteredOperation> },
): Promise<ShownOperation> {
  const digest = createHash('sha256').update(canonicalJson(as)).digest('hex');
  const done = await desk.acts.record(by, { kind, object: as.id, digest }, change);
  // Here at once; elsewhere within the second that followers take.
  await desk.operations.refresh();
  return shown(desk, done);
}

async function visible({ db, clock }: OperationDeskOptions, by: Acting, id: string): Promise<RegisteredOperation> {
  const found = await findOperation(db, id, cityToday(clock));
  if (found === undefined || !maySee(by, found)) throw new GatewayError('NOT_FOUND');
  return found;
}

/** Two persons: whoever registered does not review, whatever the policy says. */
function assertOthers(by: Acting, { organization }: RegisteredOperation): void {
  if (organization === by.organization) throw new GatewayError('ACT_FORBIDDEN');
}

function todayAt({ clock }: OperationDeskOptions): string {
  return cityToday(clock);
}

function shown(desk: OperationDeskOptions, operation: RegisteredOperation): ShownOperation {
  return { ...operation, disclosure: () => shownDisclosure(operation, desk.rules.current(), todayAt(desk)) };
}

function shownDisclosure(operation: RegisteredOperation, rules: Rules, today: string): object | null {
  const disclosure = disclosureOf(operation, rules, today);
  if (disclosure === null) return null;
  const { fields, digest, fingerprint } = disclosure;
  return { digest, fields, widened: operation.approved === null ? null : widened(fingerprint, operation.approved) };
}

function clientOf({ actor, organization, department }: Acting) {
  return { actor, organization, department: department ?? null };
}

function seesAll({ actor }: Acting): boolean {
  return actor === 'CREDIT_OFFICE' || actor === 'AUDITOR';
}

function maySee(by: Acting, { actor, organization }: RegisteredOperation): boolean {
  return seesAll(by) || (by.actor === actor && by.organization === organization);
}

/** Who did it, and when. */
function signed<What extends 'registered' | 'decided'>({ organization, operator }: Acting, clock: Clock, what: What) {
  const by = operator === undefined ? organization : `${organization}/${operator}`;
  return { [`${what}By`]: by, [`${what}At`]: new Date(clock()).toISOString() } as Record<`${What}By` | `${What}At`, string>;
}

function assertOpenTo({ actor }: Acting, code: string, { policy }: Rules, today: string): void {
  const purpose = policy.purpose(code, today);
  if (purpose === undefined || !purpose.actors.includes(actor)) throw new GatewayError('INPUT_INVALID', { argument: 'purpose' });
}

function assertWithinCap(validUntil: string, today: string, days: number | undefined): void {
  const last = new Date(Date.parse(`${today}T00:00:00Z`) + (days ?? 0) * 86_400_000).toISOString().slice(0, 10);
  if (days === undefined || validUntil < today || validUntil > last)
    throw new GatewayError('INPUT_INVALID', { argument: 'validUntil', latest: last });
}
