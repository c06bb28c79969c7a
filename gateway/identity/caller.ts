import type { Actor } from '../../schema/signed-context.ts';
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
  /** Opaque id of the subject that asks about itself, for the actor SUBJECT. */
  subject?: SubjectId;
  /** Keyed stand-in for the network address of the public, so that one visitor's quota is not everybody's. Never logged or sent on. */
  client?: string;
  /** Whether the token grants schema introspection in production. */
  developer: boolean;
}
