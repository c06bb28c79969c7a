/** Reads one column's text as PostgreSQL sends it. */
export type TypeParser = (text: string) => unknown;

const asText: TypeParser = (text) => text;
const asBoolean: TypeParser = (text) => text === 't';
const asNumber: TypeParser = Number;
const asBigInt: TypeParser = BigInt;
const asJson: TypeParser = (text) => JSON.parse(text) as unknown;

/**
 * Object ids of the built-in types that are read as something other than text, with their array types; every other type arrives as its text.
 * One table for both drivers, because their defaults differ: `pg` shifts a `date` by the server's time zone, PGlite reads a small int8 as a number.
 */
const PARSED_TYPES: readonly (readonly [type: number, arrayType: number, parse: TypeParser])[] = [
  [16, 1000, asBoolean], // bool
  [17, 1001, readBytes], // bytea
  [20, 1016, asBigInt], // int8
  [21, 1005, asNumber], // int2
  [23, 1007, asNumber], // int4
  [26, 1028, asNumber], // oid
  [700, 1021, asNumber], // float4
  [701, 1022, asNumber], // float8
  [114, 199, asJson], // json
  [3802, 3807, asJson], // jsonb
  [1184, 1185, readInstant], // timestamptz
  // Read as text, listed for their arrays.
  [25, 1009, asText], // text
  [1043, 1015, asText], // varchar
  [1042, 1014, asText], // bpchar
  [19, 1003, asText], // name
  [1082, 1182, asText], // date
  [1114, 1115, asText], // timestamp
  [1700, 1231, asText], // numeric
  [2950, 2951, asText], // uuid
];

/**
 * How each built-in type is read, by object id, for both drivers; a type that is not named is read as text.
 * `date` → `YYYY-MM-DD`, `timestamptz` → ISO 8601 UTC, `int8` → bigint, `numeric` → text, `bytea` → Uint8Array, arrays → arrays.
 */
export const TYPE_PARSERS: Readonly<Record<number, TypeParser>> = Object.fromEntries(
  PARSED_TYPES.flatMap(([type, arrayType, parse]) => [
    [type, parse],
    [arrayType, (text: string) => readArray(text, parse)],
  ]),
);

/** The reader of a type given by object id; text when the table does not name it. */
export function typeParser(objectId: number): TypeParser {
  return TYPE_PARSERS[objectId] ?? asText;
}

/** Session settings the readers rely on, as `-c name=value` pairs. */
export const SESSION_SETTINGS = { timezone: 'UTC', datestyle: 'ISO', bytea_output: 'hex', extra_float_digits: '1' } as const;

function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

/** `2024-01-02 03:04:05.678901+00` → `2024-01-02T03:04:05.678901Z`; at least milliseconds, so that whole seconds read as `toISOString` writes them. */
function readInstant(text: string): string {
  const match = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text);
  if (match === null) return text; // infinity, or a year before Christ
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0')}Z`;
}

/** An array literal, `{1,NULL,"a \"b\""}`, nested to any depth. */
function readArray(text: string, parse: TypeParser): unknown[] {
  const stack: unknown[][] = [];
  let items: unknown[] = [];
  // An explicit lower bound, `[0:1]={…}`, precedes the braces.
  for (let at = text.indexOf('{'); at < text.length; ) {
    const char = text[at];
    if (char === '{') {
      const inner: unknown[] = [];
      stack.at(-1)?.push(inner);
      stack.push((items = inner));
      at += 1;
    } else if (char === '}') {
      const done = stack.pop();
      const outer = stack.at(-1);
      if (outer === undefined) return done ?? [];
      items = outer;
      at += 1;
    } else if (char === ',') {
      at += 1;
    } else {
      const element = char === '"' ? quotedElement(text, at) : plainElement(text, at);
      items.push(element.value === null ? null : parse(element.value));
      at = element.end;
    }
  }
  return items;
}

function quotedElement(text: string, start: number): { value: string; end: number } {
  let at = start + 1;
  let value = '';
  while (text[at] !== '"') {
    if (text[at] === '\\') at += 1;
    value += text[at];
    at += 1;
  }
  return { value, end: at + 1 };
}

function plainElement(text: string, start: number): { value: string | null; end: number } {
  let end = start;
  while (text[end] !== ',' && text[end] !== '}') end += 1;
  const value = text.slice(start, end);
  return { value: value === 'NULL' ? null : value, end };
}
