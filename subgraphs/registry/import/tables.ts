import { defineTable } from '../../kit/import/category.ts';

/** registry.subject */
export const SUBJECT = defineTable('registry.subject', ['subject_id'], {
  kind: 'text',
  name: 'text',
  unified_social_credit_code: 'text',
  business_registration_no: 'text',
  enterprise_type_code: 'text',
  enterprise_type_name: 'text',
  status: 'text',
  registered_capital_fen: 'bigint',
  established_on: 'date',
  approved_on: 'date',
  business_scope: 'text',
  registered_address: 'text',
  operating_address: 'text',
  division: 'text',
  industry_code: 'text',
  registration_authority: 'text',
  legal_representative_name: 'text',
  employees: 'integer',
  contact_phone: 'text',
  email: 'text',
});

/** registry.identifier */
export const IDENTIFIER = defineTable('registry.identifier', ['reference'], { reference: 'text', kind: 'text' });

/** registry.previous_name */
export const PREVIOUS_NAME = defineTable('registry.previous_name', ['subject_id', 'name'], { name: 'text', used_until: 'date' });

/** registry.succession */
export const SUCCESSION = defineTable('registry.succession', ['subject_id'], {
  successor_id: 'text',
  kind: 'text',
  succeeded_on: 'date',
});

/** registry.officer */
export const OFFICER = defineTable('registry.officer', ['subject_id', 'role', 'name', 'id_document_no'], {
  role: 'text',
  name: 'text',
  id_document_type: 'text',
  id_document_no: 'text',
  person_id: 'text',
  since: 'date',
  share_percent: 'numeric',
  birth_date: 'date',
  sex: 'text',
  phone: 'text',
  address: 'text',
  household_no: 'text',
});
