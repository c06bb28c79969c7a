/** Who may sign for a credit subject: its legal representative, or an agent with a letter of authority. */
export const SIGNATORY_ROLES = ['LEGAL_REPRESENTATIVE', 'AUTHORIZED_AGENT'] as const;
export type SignatoryRole = (typeof SIGNATORY_ROLES)[number];

/** How surely the signatory's identity was established, from least to most. */
export const ASSURANCE_LEVELS = ['LOW', 'SUBSTANTIAL', 'HIGH'] as const;
export type AssuranceLevel = (typeof ASSURANCE_LEVELS)[number];

/** Where consent is given: the city's own portal or counter, never the grantee's. */
export const CONSENT_CHANNELS = ['CITY_PORTAL', 'SERVICE_COUNTER'] as const;
export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** Life of an authorization. All but the first two absorb: nothing leaves them. */
export const AUTHORIZATION_STATES = [
  'REQUESTED',
  'ACTIVE',
  'DECLINED',
  'LAPSED',
  'REVOKED',
  'EXPIRED',
  'EXHAUSTED',
  'SUSPENDED',
] as const;
export type AuthorizationState = (typeof AUTHORIZATION_STATES)[number];

/** What a token proves of whoever asks for an authorization or signs it. */
export interface Credentials {
  /** Thumbprint (RFC 7638) of the key the token is bound to. */
  keyThumbprint?: string;
  signatory?: SignatoryRole;
  assurance?: AssuranceLevel;
  channel?: ConsentChannel;
}
