/** A log whose parts contradict each other: no crash leaves that, so that nothing is mended and nothing appended. */
export class LogContradiction extends Error {
  constructor(what: string) {
    super(`查询日志自相矛盾，不再写入。 The query log contradicts itself (${what}): nothing is appended to it any more`);
    this.name = 'LogContradiction';
  }
}
