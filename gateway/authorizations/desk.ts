import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Queryable } from '../../database/db.ts';
import type { AuthorizationTemplate } from '../../policies/authorization-template.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import type { AuthorizationState } from '../../schema/authorization-terms.ts';
import { cityToday, type Clock } from '../../schema/city-clock.ts';
import type { Acts } from '../acts/acts.ts';
import { GatewayError } from '../errors.ts';
import type { ActKind } from '../querylog/act.ts';
import { artefactOf, digestOf, sealArtefact } from './artefact.ts';
import { readConsent } from './consent.ts';
import { after, type AuthorizationEvent, dueEvent, stateAt } from './life-cycle.ts';
import {
  type AuthorizationRecord,
  earlierRequests,
  insertRequest,
  keepLoan,
  listRecords,
  moveRecord,
  readRecord,
} from './records.ts';
import type { AuthorizationTerms } from './authorization-terms.ts';
import { readTerms } from './terms.ts';
import { templateView, viewOf } from './views.ts';

/** What the desk works with. */
export interface DeskOptions {
  db: Queryable;
  acts: Acts;
  policies: { current(): PolicySet };
  /** Signs artefacts (ES256). */
  signer: { privateKey: string | KeyObject; keyId: string };
  clock: Clock;
}

/** What a bank asks for, as it arrives. */
type Asked = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;

/**
 * Where authorizations are asked for, given and taken back (the `AuthorizationDesk` of the subgraph `authorizations`). Every change is
 * an act: in one transaction with its entry of the query log, in the log's order. Rejects with the codes AUTHORIZATION_….
 */
export function createDesk(options: DeskOptions) {
  const { db, policies, clock } = options;
  /** Does what is to be done with one that concerns the caller, and shows it as it is then. */
  const act = async (by: Acting, id: string, work: (record: AuthorizationRecord) => Promise<void>) => {
    await work(existing(await concerning(by, id, db)));
    return view(id);
  };
  const view = async (id: string) => viewOf(existing(await readRecord(db, id)), clock());

  return {
    request: async (by: Acting, asked: object) => view(await request(by, { ...asked }, options)),
    grant: (by: Acting, id: string, consent: { separateConsent: boolean; noticeHash: string }) =>
      act(by, id, (record) => grant(by, record, consent, options)),
    decline: (by: Acting, id: string) => act(by, id, (record) => decide(by, record, 'DECLINE', options)),
    revoke: (by: Acting, id: string) => act(by, id, (record) => decide(by, record, 'REVOKE', options)),
    attestLoan: (by: Acting, id: string, open: boolean) => act(by, id, (record) => attestLoan(by, record, open, options)),
    async find(by: Acting, id: string) {
      const record = await concerning(by, id, db);
      return record === undefined ? null : viewOf(record, clock());
    },
    async list(by: Acting, { first, ...page }: { state: AuthorizationState | null; first: number; after: string | null }) {
      const whose = whoseOf(by);
      if (whose === undefined) return [];
      if (page.after !== null) existing(await concerning(by, page.after, db));
      const now = clock();
      return (await listRecords(db, { ...whose, ...page, now, limit: first })).map((record) => viewOf(record, now));
    },
    templates() {
      const today = cityToday(clock);
      const known = policies.current();
      return known.source.templates.filter((template) => known.template(template.id, today) === template).map(templateView);
    },
  };
}

async function request(by: Acting, asked: Asked, options: DeskOptions): Promise<string> {
  const { acts, policies, clock } = options;
  if (by.actor !== 'BANK') throw new GatewayError('AUTHORIZATION_PURPOSE_UNFIT');
  const { organization, credentials } = by;
  const grantee = { organization, ...(credentials?.keyThumbprint !== undefined && { keyThumbprint: credentials.keyThumbprint }) };
  const id = `au_${randomBytes(16).toString('base64url')}`;
  const now = clock();
  const { terms, template } = readTerms(
    { ...nested(asked), id, grantee },
    { policy: policies.current(), grantee: { actor: 'BANK', ...grantee }, now },
  );
  const { repeats, repeatsWithinDays } = template.requests;
  const onRecord = { object: id, subjects: [terms.subject], authorizations: [id], digest: digestOf(canonicalJson(terms)) };
  await acts.record(by, { kind: 'AUTHORIZATION_REQUESTED', ...onRecord }, async (tx) => {
    const { waiting, afterRefusal } = await earlierRequests(tx, { terms, since: now - repeatsWithinDays * DAY_MS, now });
    // One that cannot be granted any more is nothing to wait for.
    if (waiting.some((earlier) => templateOf(earlier, options) !== undefined))
      throw new GatewayError('AUTHORIZATION_REQUEST_PENDING');
    // Whoever was refused may not wear the subject down (PIPL art. 16); the refusal is on the log with this code.
    if (afterRefusal >= repeats) throw new GatewayError('AUTHORIZATION_REQUESTS_REPEATED');
    await insertRequest(tx, terms, template, now);
  });
  return id;
}

/** The flat input of the subgraph as terms have it; a field that is null was left out. */
function nested({ categories, fields, template, templateVersion, ...rest }: Asked): Asked {
  const scope = { categories, ...(fields !== undefined && fields !== null && { fields }) };
  return { ...rest, scope, template: { id: template, version: templateVersion } };
}

async function grant(
  by: Acting,
  { terms }: AuthorizationRecord,
  given: { separateConsent: boolean; noticeHash: string },
  options: DeskOptions,
): Promise<void> {
  const { acts, signer, clock } = options;
  const now = clock();
  const template = templateOf(terms, options);
  if (template === undefined) throw new GatewayError('AUTHORIZATION_TEMPLATE_OUTDATED');
  const { actor, organization, subject, credentials } = by;
  const { signatory, assurance, channel } = credentials ?? {};
  const consent = readConsent(
    {
      actor,
      organization,
      ...(subject !== undefined && { subject }),
      ...(signatory !== undefined && { signatory }),
      ...(assurance !== undefined && { assurance }),
      ...(channel !== undefined && { channel }),
      ...given,
    },
    terms,
    template,
  );
  const sealed = sealArtefact(artefactOf(terms, consent, now), signer);
  const limits = { maxUses: terms.maxUses, expiresAt: terms.expiresAt };
  await acts.record(by, { kind: 'AUTHORIZATION_GRANTED', ...actOn(terms), digest: sealed.digest, limits }, async (tx) => {
    const record = await waiting(tx, terms.id, now);
    if (record.needsOpenLoan && !record.loanOpen) throw new GatewayError('AUTHORIZATION_LOAN_NOT_OPEN');
    await moveRecord(tx, { id: terms.id, from: 'REQUESTED', to: 'ACTIVE', now, sealed });
  });
}

/** The template by which it was asked for, while that is in force. One that changed since is another agreement: the bank asks anew. */
function templateOf(
  { template: { id, version } }: AuthorizationTerms,
  { policies, clock }: Pick<DeskOptions, 'policies' | 'clock'>,
): AuthorizationTemplate | undefined {
  const template = policies.current().template(id, cityToday(clock));
  return template?.version === version ? template : undefined;
}

const KINDS: Readonly<Record<Exclude<AuthorizationEvent, 'GRANT'>, ActKind>> = {
  DECLINE: 'AUTHORIZATION_DECLINED',
  REVOKE: 'AUTHORIZATION_REVOKED',
  LAPSE: 'AUTHORIZATION_LAPSED',
  EXPIRE: 'AUTHORIZATION_EXPIRED',
  EXHAUST: 'AUTHORIZATION_EXHAUSTED',
  SUSPEND: 'AUTHORIZATION_SUSPENDED',
};

/** Puts an event on record and moves the authorization by it. Rejects with ALREADY_DONE when it cannot happen any more. */
export async function happen(
  by: Acting,
  terms: AuthorizationTerms,
  event: Exclude<AuthorizationEvent, 'GRANT'>,
  { acts, clock }: Pick<DeskOptions, 'acts' | 'clock'>,
): Promise<void> {
  await acts.record(by, { kind: KINDS[event], ...actOn(terms) }, async (tx) => {
    const record = await readRecord(tx, terms.id);
    const now = clock();
    // What time or use has ended is over, whether or not that is on record yet.
    const next = record && (dueEvent(record, now) ?? event) === event ? after(record.state, event) : undefined;
    if (record === undefined || next === undefined) throw new GatewayError('ALREADY_DONE');
    await moveRecord(tx, { id: terms.id, from: record.state, to: next, now });
  });
}

/** The subject alone declines and revokes, and needs to give no reason; any of its signatories may, by any channel. */
async function decide(
  by: Acting,
  { terms }: AuthorizationRecord,
  event: 'DECLINE' | 'REVOKE',
  options: DeskOptions,
): Promise<void> {
  if (by.actor !== 'SUBJECT' || by.subject !== terms.subject) throw new GatewayError('AUTHORIZATION_SIGNATORY_FOREIGN');
  await happen(by, terms, event, options);
}

async function attestLoan(by: Acting, { terms, state }: AuthorizationRecord, open: boolean, options: DeskOptions): Promise<void> {
  if (by.actor !== 'BANK' || by.organization !== terms.grantee.organization)
    throw new GatewayError('AUTHORIZATION_GRANTEE_FOREIGN');
  // A loan that is over ends what was granted for it, at once and for good.
  if (!open && state === 'ACTIVE') return happen(by, terms, 'SUSPEND', options);
  await options.acts.record(by, { kind: open ? 'LOAN_ATTESTED_OPEN' : 'LOAN_ATTESTED_CLOSED', ...actOn(terms) }, async (tx) => {
    await waiting(tx, terms.id, options.clock());
    await keepLoan(tx, terms.id, open);
  });
}

/** One that is still to be decided. */
async function waiting(tx: Queryable, id: string, now: number): Promise<AuthorizationRecord> {
  const record = await readRecord(tx, id);
  if (record === undefined) throw new GatewayError('AUTHORIZATION_UNKNOWN');
  const state = stateAt(record, now);
  if (state === 'LAPSED') throw new GatewayError('AUTHORIZATION_LAPSED');
  if (state !== 'REQUESTED') throw new GatewayError('ALREADY_DONE');
  return record;
}

function actOn({ id, subject }: AuthorizationTerms) {
  return { object: id, subjects: [subject], authorizations: [id] };
}

/** Its own for a bank and a subject; all for those who oversee. */
function whoseOf({ actor, organization, subject }: Acting): { grantee?: string; subject?: string } | undefined {
  if (actor === 'BANK') return { grantee: organization };
  if (actor === 'SUBJECT' && subject !== undefined) return { subject };
  return actor === 'AUDITOR' || actor === 'CREDIT_OFFICE' ? {} : undefined;
}

/** The authorization, if it concerns the caller. */
async function concerning(by: Acting, id: string, db: Queryable): Promise<AuthorizationRecord | undefined> {
  const whose = whoseOf(by);
  const record = whose && (await readRecord(db, id));
  if (whose === undefined || record === undefined) return undefined;
  const { grantee, subject } = record.terms;
  const theirs = (whose.grantee ?? grantee.organization) === grantee.organization && (whose.subject ?? subject) === subject;
  return theirs ? record : undefined;
}

function existing(record: AuthorizationRecord | undefined): AuthorizationRecord {
  if (record === undefined) throw new GatewayError('AUTHORIZATION_UNKNOWN');
  return record;
}
