import type {
  DefinitionNode,
  FieldDefinitionNode,
  InputObjectTypeDefinitionNode,
  InputValueDefinitionNode,
  ObjectTypeDefinitionNode,
} from 'graphql';
import { Kind, parse } from 'graphql';
import { argumentText, directiveOf, namedTypeOf } from './composition/coordinates.ts';

/** Classes of schema/shared.graphql, from least to most sensitive. */
export const SENSITIVITIES = ['PUBLIC', 'INTERNAL', 'PERSONAL', 'COMMERCIAL', 'SENSITIVE'] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** Categories of schema/shared.graphql. */
export const CATEGORIES = [
  'REGISTRATION',
  'LICENSE',
  'PENALTY',
  'TAX',
  'SOCIAL_SECURITY',
  'UTILITY',
  'PROVENANCE',
  'QUERY_LOG',
  'LOG_PROOF',
  'STATISTICS',
  'ACCESS_HISTORY',
  'OVERSIGHT',
  'AUTHORIZATION',
  'REVIEW',
  'QUERY_REGISTRATION',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** What the schema says of one field, argument or input field. */
export interface CatalogueEntry {
  /** `Type.field`, `Type.field(argument:)` or `Input.field`. */
  coordinate: string;
  kind: 'field' | 'argument' | 'input';
  /** The one department that declares it; null for entity keys and for types every department shares. */
  owner: string | null;
  /** Class when the credit subject is an organisation. */
  as: Sensitivity;
  /** Class when it is a natural person or a sole proprietor; equals `as` where the schema names none. */
  ofPerson: Sensitivity;
  category: Category;
  /** Name of the mask that MASK and GENERALIZE apply. */
  mask?: string;
  /** The type without list and non-null wrappers. */
  typeName: string;
  /** Whether the type is an object or input object, which can only be revealed or withheld. */
  isComposite: boolean;
  /** Whether it travels as text, so that a mask can stand in for it. */
  isStringScalar: boolean;
  /** Whether it is (part of) an entity key: the only fields that are never null. */
  isKey: boolean;
}

/** Every classified coordinate of a supergraph, in the order of the SDL. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

type Fielded = ObjectTypeDefinitionNode | InputObjectTypeDefinitionNode;

/** What the types around a field contribute to its entry. */
interface Surroundings {
  /** Graph enum value → subgraph name. */
  graphs: ReadonlyMap<string, string>;
  composites: ReadonlySet<string>;
  enums: ReadonlySet<string>;
}

const MACHINERY = /^(join|link|core)__/;
const NOT_TEXT = ['Int', 'Float', 'Boolean'];

/**
 * Reads the classification of every field, argument and input field from a composed supergraph.
 * Throws when one carries none: an unclassified coordinate must never reach a decision table.
 */
export function readCatalogue(supergraphSdl: string): Catalogue {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const surroundings = surroundingsOf(definitions);
  const entries = definitions.filter(isFielded).flatMap((type) => entriesOf(type, surroundings));
  return new Map(entries.map((entry) => [entry.coordinate, entry]));
}

function isFielded(node: DefinitionNode): node is Fielded {
  const fielded = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION;
  return fielded && !MACHINERY.test(node.name.value);
}

function surroundingsOf(definitions: readonly DefinitionNode[]): Surroundings {
  const enums = definitions.flatMap((node) => (node.kind === Kind.ENUM_TYPE_DEFINITION ? [node] : []));
  const joinGraph = enums.find(({ name }) => name.value === 'join__Graph');
  return {
    graphs: new Map(
      (joinGraph?.values ?? []).map((value) => [value.name.value, argumentText(directiveOf(value, 'join__graph'), 'name') ?? '']),
    ),
    composites: new Set(definitions.filter(isFielded).map(({ name }) => name.value)),
    enums: new Set(enums.map(({ name }) => name.value)),
  };
}

function entriesOf(type: Fielded, surroundings: Surroundings): CatalogueEntry[] {
  const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] = type.fields ?? [];
  return fields.flatMap((field) => {
    const coordinate = `${type.name.value}.${field.name.value}`;
    const owner = ownerOf(type, field, surroundings.graphs);
    if (field.kind === Kind.INPUT_VALUE_DEFINITION) {
      return [entryOf({ coordinate, kind: 'input', owner, isKey: false }, field, surroundings)];
    }
    const isKey = keysOf(type).has(field.name.value);
    return [
      entryOf({ coordinate, kind: 'field', owner, isKey }, field, surroundings),
      ...(field.arguments ?? []).map((argument) => {
        const place = `${coordinate}(${argument.name.value}:)`;
        return entryOf({ coordinate: place, kind: 'argument', owner, isKey: false }, argument, surroundings);
      }),
    ];
  });
}

function entryOf(
  place: Pick<CatalogueEntry, 'coordinate' | 'kind' | 'owner' | 'isKey'>,
  node: FieldDefinitionNode | InputValueDefinitionNode,
  { composites, enums }: Surroundings,
): CatalogueEntry {
  const classified = directiveOf(node, 'classified');
  const as = sensitivity(argumentText(classified, 'as'));
  const category = CATEGORIES.find((name) => name === argumentText(classified, 'category'));
  if (as === undefined || category === undefined)
    throw new Error(`${place.coordinate} carries no @classified class and category`);
  const mask = argumentText(classified, 'mask');
  const typeName = namedTypeOf(node.type);
  return {
    ...place,
    as,
    ofPerson: sensitivity(argumentText(classified, 'ofPerson')) ?? as,
    category,
    ...(mask === undefined ? {} : { mask }),
    typeName,
    isComposite: composites.has(typeName),
    isStringScalar: !composites.has(typeName) && !enums.has(typeName) && !NOT_TEXT.includes(typeName),
  };
}

/** A field without join__field is in every graph of its type; with them, in the graphs they name. */
function ownerOf(
  type: Fielded,
  field: FieldDefinitionNode | InputValueDefinitionNode,
  graphs: ReadonlyMap<string, string>,
): string | null {
  const joins = (field.directives ?? []).filter(({ name }) => name.value === 'join__field');
  const named = joins
    .filter((join) => argumentText(join, 'external') !== 'true')
    .flatMap((join) => argumentText(join, 'graph') ?? []);
  const declaring = named.length > 0 ? named : graphsOf(type);
  const [only] = declaring;
  return declaring.length === 1 && only !== undefined ? (graphs.get(only) ?? null) : null;
}

function graphsOf(type: Fielded): string[] {
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  return [...new Set(joins.flatMap((join) => argumentText(join, 'graph') ?? []))];
}

function keysOf(type: Fielded): ReadonlySet<string> {
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  return new Set(joins.flatMap((join) => argumentText(join, 'key')?.split(/\W+/) ?? []));
}

function sensitivity(name: string | undefined): Sensitivity | undefined {
  return SENSITIVITIES.find((candidate) => candidate === name);
}
