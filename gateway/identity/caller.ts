import type { Actor } from '../../schema/signed-context.ts';
import type { Credentials } from '../../schema/authorization-terms.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';

/** Who asks, as proven by the token; the public carries none. */
export interface Caller {
  actor: Actor;
  /** Code of the organisation; empty for the public. */
  organization: string;
  /** Department code, for the actor DEPARTMENT. */
  department?: string;
  /** Work account of the person or system that asks (an account name, never an identity number). */
  operator?: string;
  /** What people call the operator; kept sealed beside the query log alone, never logged or sent on. */
  operatorName?: string;
  /** Opaque id of the subject that asks about itself, for the actor SUBJECT. */
  subject?: SubjectId;
  /** Id of the subject's authorization that the token was issued for (RFC 9396), claimed and not yet looked up. */
  authorization?: string;
  /** Thumbprint (RFC 7638) of the key that the token is bound to and without which nobody may present it (RFC 9449). */
  keyThumbprint?: string;
  /** What the token proves of a person who signs for a subject, for the actor SUBJECT. */
  signing?: Omit<Credentials, 'keyThumbprint'>;
  /** Keyed stand-in for the network address of the public, so that one visitor's quota is not everybody's. Never logged or sent on. */
  client?: string;
  /** Whether the token grants schema introspection in production. */
  developer: boolean;
}
