import type { Row } from '../../database/db.ts';

/** The provenance columns of a record, to be selected beside its own; `alias` is the table's alias. */
export function provenanceColumns(alias: string): string {
  return `${alias}.department, ${alias}.responsible_officer, ${alias}.batch_id, ${alias}.line, ${alias}.received_at, ${alias}.version, ${alias}.content_hash`;
}

/** The `Provenance` of a row that was selected with {@link provenanceColumns}. */
export function provenance(row: Row): Row {
  return {
    department: row['department'],
    responsibleOfficer: row['responsible_officer'],
    batch: row['batch_id'],
    line: row['line'],
    receivedAt: row['received_at'],
    version: row['version'],
    hash: row['content_hash'],
  };
}
