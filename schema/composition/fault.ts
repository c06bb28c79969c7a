/** Why a schema cannot join the supergraph. `coordinate` is `Type`, `Type.field`, `Type.field(argument:)` or `Enum.VALUE`. */
export interface CompositionFault {
  code: CompositionFaultCode;
  /** The subgraph at fault; empty when it lies between several. */
  subgraph: string;
  coordinate: string;
  message: string;
}

/**
 * SDL_INVALID: not parsable. UNCLASSIFIED: no class or category. NON_NULL: could not be withheld. UNKNOWN_MASK: not in
 * masks.yaml. MASK_ON_NON_TEXT: the mask's output would not fit the type. ABSTRACT_TYPE: interfaces and unions.
 * TWO_OWNERS: declared by several departments. CLASSIFICATION_DIFFERS: the same coordinate classified differently.
 * UNDESCRIBED: no description. NOT_BILINGUAL: not Chinese first, then English. CHOICE_UNDOCUMENTED: an input of
 * alternatives does not say how many to give. NOT_COMPOSABLE: refused by federation itself.
 */
export type CompositionFaultCode =
  | 'SDL_INVALID'
  | 'UNCLASSIFIED'
  | 'NON_NULL'
  | 'UNKNOWN_MASK'
  | 'MASK_ON_NON_TEXT'
  | 'ABSTRACT_TYPE'
  | 'TWO_OWNERS'
  | 'CLASSIFICATION_DIFFERS'
  | 'UNDESCRIBED'
  | 'NOT_BILINGUAL'
  | 'CHOICE_UNDOCUMENTED'
  | 'NOT_COMPOSABLE';
