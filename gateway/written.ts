/**
 * A value of an answer that is JSON already, as a byte text (`byte-text.ts`): what passed from a department as it came, with what
 * treatments put in its place. It is written as it is; nobody takes it apart but {@link value}.
 */
export class Written {
  /** Its JSON, cut anywhere: what is long stays in parts, which are not laid out anew. */
  readonly parts: readonly string[];

  constructor(parts: readonly string[]) {
    this.parts = parts;
  }

  /** What it says; its texts are byte texts. */
  value(): unknown {
    return JSON.parse(this.parts.join(''));
  }

  /** For whoever writes an answer another way. */
  toJSON(): unknown {
    return this.value();
  }
}

/** Writes an object of which a member is written already; `keys` are its members' names as JSON. */
export function writeObject(keys: readonly string[], values: readonly unknown[]): Written {
  const parts: string[] = [];
  let text = '{';
  values.forEach((value, index) => {
    text += `${index === 0 ? '' : ','}${keys[index]}:`;
    if (!(value instanceof Written)) text += JSON.stringify(value);
    else if (value.parts.length === 1) text += value.parts[0];
    else {
      parts.push(text);
      for (const part of value.parts) parts.push(part);
      text = '';
    }
  });
  parts.push(`${text}}`);
  return new Written(parts);
}

/** Writes a list element by element, those that are written already as they are. */
export function writeList(elements: readonly unknown[]): Written {
  const parts: string[] = [];
  for (const element of elements) {
    parts.push(parts.length === 0 ? '[' : ',');
    if (element instanceof Written) for (const part of element.parts) parts.push(part);
    else parts.push(JSON.stringify(element));
  }
  parts.push(']');
  return new Written(parts);
}
