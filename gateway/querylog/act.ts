/** Everything that can be changed through the gateway; each change is an entry of the log. */
export const ACT_KINDS = [
  'SUSPENDED',
  'RESUMED',
  'EXPORTED',
  'EXPORT_FETCHED',
  'NOTIFICATIONS_ENABLED',
  'NOTIFICATIONS_DISABLED',
  'SUBJECT_WATCHED',
  'SUBJECT_UNWATCHED',
  'LOG_ARCHIVED',
  'TEXTS_ERASED',
  'AUTHORIZATION_REQUESTED',
  'AUTHORIZATION_GRANTED',
  'AUTHORIZATION_DECLINED',
  'AUTHORIZATION_LAPSED',
  'AUTHORIZATION_REVOKED',
  'AUTHORIZATION_EXPIRED',
  'AUTHORIZATION_EXHAUSTED',
  'AUTHORIZATION_SUSPENDED',
  'LOAN_ATTESTED_OPEN',
  'LOAN_ATTESTED_CLOSED',
  'ALERT_ASSIGNED',
  'ALERT_EXPLAINED',
  'ALERT_CONFIRMED',
  'ALERT_CLOSED',
  'ALERT_COMMENTED',
  'UNSEALING_REQUESTED',
  'UNSEALING_APPROVED',
  'OPERATION_REGISTERED',
  'OPERATION_APPROVED',
  'OPERATION_REJECTED',
  'OPERATION_WITHDRAWN',
  'OPERATION_REOPENED',
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** One change, as the log keeps it: opaque ids and digests only, never a text. */
export interface Act {
  kind: ActKind;
  /** Opaque id of what was changed. */
  object: string;
  /** SHA-256 (hex) of its canonical JSON (RFC 8785) as it is from now on, where it has a form that can be shown again. */
  digest?: string;
  /** What an authorization that is granted allows, so that the log alone tells whether it was kept to. */
  limits?: ActLimits;
}

/** How often, and until when (RFC 3339 UTC), what was granted may be used. */
export interface ActLimits {
  maxUses: number;
  expiresAt: string;
}
