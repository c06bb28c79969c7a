/** Who asks, as the leak test chose it. */
export interface OracleCaller {
  actor: string;
  purpose: string;
  organization: string;
  department?: string;
  /** Credit code of the subject that asks for itself. */
  subject?: string;
}
