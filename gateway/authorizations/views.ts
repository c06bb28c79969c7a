import { type AuthorizationTemplate, noticeHash } from '../../policies/authorization-template.ts';
import { stateAt } from './life-cycle.ts';
import type { AuthorizationRecord } from './records.ts';

/** An authorization as those whom it concerns see it at an instant, in milliseconds since the epoch. */
export function viewOf(record: AuthorizationRecord, now: number) {
  const { terms, artefact } = record;
  const { grantee, scope, template, ...rest } = terms;
  return {
    ...rest,
    state: stateAt(record, now),
    grantee: grantee.organization,
    keyThumbprint: grantee.keyThumbprint,
    categories: scope.categories,
    fields: scope.fields ?? null,
    template: template.id,
    templateVersion: template.version,
    requestedAt: record.requestedAt,
    lapsesAt: record.lapsesAt,
    decidedAt: record.decidedAt,
    endedAt: record.endedAt,
    loanOpen: record.loanOpen,
    usesSettled: record.settled,
    usesReserved: record.reserved,
    usesLost: record.lost,
    signatory: artefact?.signatory ?? null,
    assurance: artefact?.assurance ?? null,
    channel: artefact?.channel ?? null,
    separateConsent: artefact?.separateConsent ?? null,
    digest: record.digest,
    jws: record.jws,
  };
}

/** A template as it is shown to whoever asks or signs by it. */
export function templateView(template: AuthorizationTemplate) {
  const { id, version, name, purpose, basis, notice, scope, limits, requires } = template;
  return {
    id,
    version,
    name,
    purpose,
    basis,
    notice,
    noticeHash: noticeHash(template),
    categories: scope.categories,
    fields: scope.fields ?? null,
    maxDays: limits.days,
    maxUses: limits.uses,
    maxUsesPerDay: limits.usesPerDay,
    maxWindowMonths: limits.windowMonths,
    maxDataLifeDays: limits.dataLifeDays,
    ...requires,
  };
}
