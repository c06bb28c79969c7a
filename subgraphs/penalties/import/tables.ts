import type { TableSpec } from '../../kit/import/category.ts';

/** penalties.penalty */
export const PENALTY: TableSpec = {
  name: 'penalties.penalty',
  key: ['decision_document_no', 'authority_code'],
  columns: [
    { name: 'decision_document_no', type: 'text' },
    { name: 'violation_type', type: 'text' },
    { name: 'facts', type: 'text' },
    { name: 'basis', type: 'text' },
    { name: 'categories', type: 'text[]' },
    { name: 'content', type: 'text' },
    { name: 'fine_fen', type: 'bigint' },
    { name: 'confiscated_fen', type: 'bigint' },
    { name: 'revoked_certificate', type: 'text' },
    { name: 'decision_date', type: 'date' },
    { name: 'valid_to', type: 'date' },
    { name: 'publicity_end_date', type: 'date' },
    { name: 'authority', type: 'text' },
    { name: 'authority_code', type: 'text' },
    { name: 'procedure', type: 'text' },
    { name: 'status', type: 'text' },
    { name: 'counterpart_name', type: 'text' },
    { name: 'legal_representative_name', type: 'text' },
    { name: 'legal_representative_id_type', type: 'text' },
    { name: 'legal_representative_id_no', type: 'text' },
    { name: 'case_handlers', type: 'text[]' },
    { name: 'source_agency', type: 'text' },
    { name: 'source_agency_code', type: 'text' },
    { name: 'remark', type: 'text' },
  ],
};

/** penalties.outcome */
export const OUTCOME: TableSpec = {
  name: 'penalties.outcome',
  key: ['decision_document_no', 'authority_code'],
  columns: [
    { name: 'decision_document_no', type: 'text' },
    { name: 'authority_code', type: 'text' },
    { name: 'repaired_on', type: 'date' },
    { name: 'withdrawn_on', type: 'date' },
    { name: 'reason', type: 'text' },
  ],
};
