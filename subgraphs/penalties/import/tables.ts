import { defineTable } from '../../kit/import/category.ts';

/** penalties.penalty */
export const PENALTY = defineTable(
  'penalties.penalty',
  ['decision_document_no', 'authority_code'],
  {
    decision_document_no: 'text',
    violation_type: 'text',
    facts: 'text',
    basis: 'text',
    categories: 'text[]',
    content: 'text',
    fine_fen: 'bigint',
    confiscated_fen: 'bigint',
    revoked_certificate: 'text',
    decision_date: 'date',
    valid_to: 'date',
    publicity_end_date: 'date',
    authority: 'text',
    authority_code: 'text',
    procedure: 'text',
    status: 'text',
    counterpart_name: 'text',
    legal_representative_name: 'text',
    legal_representative_id_type: 'text',
    legal_representative_id_no: 'text',
    case_handlers: 'text[]',
    source_agency: 'text',
    source_agency_code: 'text',
    remark: 'text',
  },
  ['status'],
);

/** The day of what a file says did not happen. */
export const NEVER = 'infinity';

/** penalties.outcome: a day that is null was never spoken of, {@link NEVER} was denied. */
export const OUTCOME = defineTable(
  'penalties.outcome',
  ['decision_document_no', 'authority_code'],
  { decision_document_no: 'text', authority_code: 'text', repaired_on: 'date', withdrawn_on: 'date', reason: 'text' },
  ['repaired_on', 'withdrawn_on', 'reason'],
);
