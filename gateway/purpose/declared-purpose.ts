/** Why the caller asks, as declared with the request and checked against the policy. */
export interface DeclaredPurpose {
  /** Code of the purpose, such as `ADMIN_APPROVAL_CHECK`. */
  code: string;
  /** Case number the query belongs to, decoded. */
  matter?: string;
}
