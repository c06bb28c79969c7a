import { readFileSync, writeFileSync } from 'node:fs';

/** Why the system refused a file, by its code: what is wrong and what to do, Chinese and English. */
const REASONS: Readonly<Record<string, readonly [chinese: string, english: string]>> = {
  ENOENT: ['没有此文件或目录，请核对路径', 'there is no such file or directory; check the path'],
  EISDIR: ['这是目录，请给出文件', 'this is a directory; name a file'],
  ENOTDIR: ['路径中有一段不是目录，请核对', 'a part of the path is no directory; check it'],
  EACCES: ['没有权限，请检查文件的权限', 'permission is denied; check whose file it is'],
  EEXIST: [
    '文件已存在，不予覆盖；请另取名称，或先移走它',
    'the file is there already and is not written over; choose another name, or move it away',
  ],
};

/**
 * The text (UTF-8) of a file that somebody named on the command line: `named` is the option or argument.
 * @throws {Error} naming the option, the file, and what to do.
 */
export function readNamedFile(named: string, file: string): string {
  return readNamedBytes(named, file).toString('utf8');
}

/** {@link readNamedFile} of a file of any encoding; errors as there. */
export function readNamedBytes(named: string, file: string): Buffer {
  return told(named, file, () => readFileSync(file));
}

/** {@link readNamedFile} of a JSON file; errors as there, and where it is no JSON. */
export function readNamedJson(named: string, file: string): unknown {
  return parseNamedJson(`${named} ${file}`, readNamedFile(named, file));
}

/** JSON that an option holds, or the file it names. @throws {Error} naming it. */
export function parseNamedJson(named: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${named}：不是 JSON，请核对。 ${named}: this is no JSON; check it.`, { cause });
  }
}

/** Writes a file; unless `flag` is `w`, one that must not be there yet. Errors as {@link readNamedFile}. Options as of `open(2)`. */
export function writeNamedFile(
  named: string,
  file: string,
  { text, mode = 0o666, flag = 'wx' }: { text: string; mode?: number; flag?: 'w' | 'wx' },
): void {
  told(named, file, () => writeFileSync(file, text, { mode, flag }));
}

function told<T>(named: string, file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const [chinese, english] = REASONS[code] ?? [`无法读写（${code}）`, message];
    throw new Error(`${named} ${file}：${chinese}。 ${named} ${file}: ${english}.`, { cause });
  }
}
