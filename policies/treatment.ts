import type { Actor } from '../schema/signed-context.ts';

/** What happens to a value, from most to least open. The strictest wins. */
export const TREATMENTS = ['REVEAL', 'GENERALIZE', 'MASK', 'PSEUDONYMIZE', 'WITHHOLD'] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** One cell of the decision table: what one kind of caller sees of one field for one purpose, and by which rule. */
export interface Cell {
  treatment: Treatment;
  /** Name of the mask (policies/masks.yaml) for GENERALIZE and MASK. */
  mask?: string;
  /** Id of the rule that decided; `default` when nothing names the field. */
  rule: string;
  /** Legal basis of that rule. */
  basis: readonly string[];
}

/** Selects a cell. */
export interface CellKey {
  purpose: string;
  actor: Actor;
  /** Whether the caller's department owns the field. */
  own: boolean;
  /** Whether the value belongs to a natural person or sole proprietor. */
  person: boolean;
  /** Whether a valid authorization of the subject covers the field; absent where there is none. */
  authorized?: boolean;
  /** Schema coordinate: `Type.field`, `Type.field(argument:)` or `Input.field`. */
  coordinate: string;
}
