/** A file that cannot be taken in at all; the message, in Chinese, tells an official what to do. Never holds a value. */
export class UnreadableFile extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UnreadableFile';
  }
}
