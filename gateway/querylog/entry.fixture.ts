import type { QueryLogEntry } from './entry.ts';

/** A released look; `requestId` tells one from another. */
export function entryOf(requestId: string, changes: Partial<QueryLogEntry> = {}): QueryLogEntry {
  return {
    version: 1,
    time: '2026-03-01T02:03:04.005Z',
    requestId,
    caller: { actor: 'DEPARTMENT', organization: '11370000MB2800001A', department: 'licensing', operator: 'wang.li' },
    purpose: 'ADMIN_APPROVAL_CHECK',
    matter: '泉审批〔2026〕12号',
    policyHash: 'a'.repeat(64),
    operation: { hash: 'b'.repeat(64), name: 'Credit' },
    subjects: { asked: ['o-1'], returned: ['o-1', 'p-2'] },
    fields: [{ coordinate: 'License.number', treatment: 'REVEAL', count: 3 }],
    departments: ['licensing'],
    unavailable: [],
    decision: 'RELEASED',
    code: null,
    durationMs: 12,
    ...changes,
  };
}
