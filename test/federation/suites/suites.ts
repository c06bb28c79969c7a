import type { FederationSuite } from '../federation.ts';
import { requiresArguments } from './requires.ts';

/** Every supergraph with its operations. */
export const SUITES: readonly FederationSuite[] = [requiresArguments];
