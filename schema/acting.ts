import type { SignedContext } from './signed-context.ts';

/** Whoever changes something: the caller as its token proves it, the purpose and case it declared, and the request. */
export interface Acting extends Omit<SignedContext, 'audience'> {
  requestId: string;
}
