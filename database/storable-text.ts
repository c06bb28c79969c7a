/** NUL and halves of surrogate pairs. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text as PostgreSQL can hold it: NUL and halves of surrogate pairs become U+FFFD, so that an odd name fails no statement. */
export function storableText(text: string): string {
  return text.replaceAll(UNSTORABLE, '\ufffd');
}
