/** Something wrong with a policy file, at a place a person can open: `purposes/X.yaml:12`. */
export interface PolicyFault {
  at: string;
  message: string;
}

/** Policies that cannot be used; carries every fault found, not only the first. */
export class PolicyError extends Error {
  readonly faults: readonly PolicyFault[];
  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(({ at, message }) => `${at}: ${message}`).join('\n'));
    this.name = 'PolicyError';
    this.faults = faults;
  }
}
