/**
 * How long an open transaction may wait for its next statement before it is rolled back: whoever needs what it holds waits with it, and a
 * process that is frozen or cut off would hold it for hours.
 */
export const IDLE_TRANSACTION_MS = 10_000;
