import type { DocumentNode, InputObjectTypeDefinitionNode } from 'graphql';
import { Kind } from 'graphql';
import type { Coordinate } from './coordinates.ts';
import { argumentText, coordinatesOf, directiveOf, namedTypeOf } from './coordinates.ts';
import type { CompositionFault, CompositionFaultCode } from './fault.ts';

/** Types whose values cannot hold a mask's text. */
const NOT_TEXT = ['Int', 'Float', 'Boolean'];
/** What an input of alternatives must say of itself, in either language. */
const CHOICE = /恰好|任意|exactly one|any number/i;

/** One subgraph as the rules see it. */
export interface SubgraphDocument {
  name: string;
  document: DocumentNode;
}

/** What is wrong with one subgraph by itself: the project's own rules, before federation is asked. */
export function subgraphFaults({ name, document }: SubgraphDocument, masks: ReadonlySet<string>): CompositionFault[] {
  const nonText = nonTextTypes(document);
  const coordinates = coordinatesOf(document);
  const faults = [
    ...abstractTypes(document),
    ...undocumentedChoices(document),
    ...coordinates.flatMap((coordinate) => [...unclassified(coordinate), ...nonNull(coordinate)]),
    ...coordinates.flatMap((coordinate) => wrongMask(coordinate, masks, nonText)),
  ];
  return faults.map((found) => ({ ...found, subgraph: name }));
}

type Found = Omit<CompositionFault, 'subgraph'>;

function abstractTypes({ definitions }: DocumentNode): Found[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_DEFINITION
      ? [found('ABSTRACT_TYPE', node.name.value, 'interfaces and unions cannot be classified: declare an object type')]
      : [],
  );
}

function undocumentedChoices({ definitions }: DocumentNode): Found[] {
  return definitions.flatMap((node) =>
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION && isChoice(node) && !CHOICE.test(node.description?.value ?? '')
      ? [
          found(
            'CHOICE_UNDOCUMENTED',
            node.name.value,
            'all its fields are optional: the description must say 恰好… (exactly one) or 任意… (any number)',
          ),
        ]
      : [],
  );
}

function isChoice({ fields = [] }: InputObjectTypeDefinitionNode): boolean {
  return fields.length > 1 && fields.every(({ type }) => type.kind !== Kind.NON_NULL_TYPE);
}

function unclassified({ coordinate, node }: Coordinate): Found[] {
  const classified = directiveOf(node, 'classified');
  const missing = ['as', 'category'].filter((argument) => argumentText(classified, argument) === undefined);
  if (missing.length === 0) return [];
  return [
    found('UNCLASSIFIED', coordinate, `@classified(${missing.join(', ')}) is missing: what has no class cannot be disclosed`),
  ];
}

function nonNull({ coordinate, kind, node, isKey }: Coordinate): Found[] {
  if (kind !== 'field' || isKey || node.type.kind !== Kind.NON_NULL_TYPE) return [];
  return [found('NON_NULL', coordinate, 'must be nullable: any field but a key may be withheld from somebody')];
}

function wrongMask({ coordinate, node }: Coordinate, masks: ReadonlySet<string>, nonText: ReadonlySet<string>): Found[] {
  const mask = argumentText(directiveOf(node, 'classified'), 'mask');
  if (mask === undefined) return [];
  const type = namedTypeOf(node.type);
  return [
    ...(masks.has(mask) ? [] : [found('UNKNOWN_MASK', coordinate, `no mask ${mask} in policies/masks.yaml`)]),
    ...(nonText.has(type) ? [found('MASK_ON_NON_TEXT', coordinate, `${type} cannot hold a masked value, which is text`)] : []),
  ];
}

function nonTextTypes({ definitions }: DocumentNode): ReadonlySet<string> {
  const scalars: string[] = [Kind.SCALAR_TYPE_DEFINITION, Kind.DIRECTIVE_DEFINITION];
  const declared = definitions.flatMap((node) =>
    'name' in node && node.name && !scalars.includes(node.kind) ? [node.name.value] : [],
  );
  return new Set([...NOT_TEXT, ...declared]);
}

function found(code: CompositionFaultCode, coordinate: string, message: string): Found {
  return { code, coordinate, message };
}
