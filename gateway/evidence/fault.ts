/**
 * Everything that can be wrong with a log, one row a kind: the exit code of `xinqiao log verify` and what it says. From 10 on the tree, from 30 on what the
 * entries say. Where several are found, the first row decides the exit code.
 */
// biome-ignore format: a table, one row a kind.
export const FAULTS = {
  MALFORMED: row(19, '文件不是应有的格式', 'a file is not what its place says it is'),
  BAD_SIGNATURE: row(16, '检查点签名无效', 'a checkpoint is not signed by the keys that were given'),
  FORKED_CHECKPOINT: row(15, '检查点分叉：同一日志签过两段历史', 'the log signed two histories: a checkpoint is of another tree'),
  TRUNCATED: row(14, '日志末尾缺失', 'entries are missing at the end'),
  DROPPED_ENTRY: row(11, '记录被删除', 'entries were dropped'),
  INSERTED_ENTRY: row(12, '记录被插入', 'entries were inserted that the log never had'),
  REORDERED: row(13, '记录次序被调换', 'entries were put into another order'),
  CHANGED_ENTRY: row(10, '记录被修改', 'an entry is not the one that was logged'),
  TAMPERED_TILE: row(17, '哈希文件被改动', 'a tile does not hold the hashes of its entries'),
  REWRITTEN: row(18, '历史被整体改写', 'entries and tiles agree, but not with what the log signed: they were rewritten together'),
  FOREIGN_FILE: row(20, '存在不属于日志的文件', 'a file does not belong to the log'),
  MALFORMED_ENTRY: row(30, '记录不合格式', 'an entry is not canonical JSON of a known version'),
  TIME_BACKWARDS: row(31, '记录时间倒退', 'the time of an entry is further behind an earlier one than the tolerance'),
  UNKNOWN_POLICY: row(32, '政策版本未知', 'an entry was decided by a policy version that nobody kept'),
  RELEASED_AFTER_END: row(33, '授权终止之后仍有答复', 'an answer left after the authorization it stands on had ended or been revoked'),
  OVERUSED_AUTHORIZATION: row(34, '授权被超次使用', 'more answers left than the authorization they stand on allows'),
  UNGRANTED_AUTHORIZATION: row(35, '授权未见同意记录', 'an answer stands on an authorization that nobody granted before'),
} as const;

export type FaultKind = keyof typeof FAULTS;

/** One thing wrong, and where: an index of the log, a size or a file. Never what an entry says. */
export interface Fault {
  kind: FaultKind;
  at: string;
}

/** The exit code for the faults found: 0 without any, else that of the first row among them. */
export function exitCodeOf(faults: readonly Fault[]): number {
  const found = new Set(faults.map(({ kind }) => kind));
  const first = (Object.keys(FAULTS) as FaultKind[]).find((kind) => found.has(kind));
  return first === undefined ? 0 : FAULTS[first].exitCode;
}

function row(exitCode: number, chinese: string, english: string) {
  return { exitCode, message: `${chinese}。 ${english}` } as const;
}
