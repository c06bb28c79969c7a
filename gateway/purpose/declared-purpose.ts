/** Why the caller asks, as declared with the request and checked against the policy. */
export interface DeclaredPurpose {
  /** Code of the purpose, such as `ADMIN_APPROVAL_CHECK`. */
  code: string;
  /** Case number the query belongs to, decoded. */
  matter?: string;
  /** What the case is about, in words; kept sealed beside the query log alone, never logged or sent on. */
  matterText?: string;
}
