/** A file that cannot be taken in at all; the message, in Chinese and English, tells an official what to do. Never holds a value. */
export class UnreadableFile extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UnreadableFile';
  }
}

/** Neither a header nor a byte. */
export const EMPTY_FILE = '文件是空的，请检查导出是否完成。 The file is empty: check that whatever wrote it has finished.';
