import type { LeakAuthorization } from './authorizations.ts';

/** Who asks, as the leak test chose it. */
export interface OracleCaller {
  actor: string;
  purpose: string;
  organization: string;
  department?: string;
  /** Credit code of the subject that asks for itself. */
  subject?: string;
  /** The authorization it asks by. */
  authorization?: LeakAuthorization;
}
