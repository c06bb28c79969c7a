import { authorityKey } from '../../kit/import/authority.ts';
import type { Cell, ImportCategory, PlannedRecord } from '../../kit/import/category.ts';
import { identifyCounterpart } from '../../kit/import/dual-publicity.ts';
import type { RowReader } from '../../kit/import/row-reader.ts';
import { refuseStateSecret } from '../../kit/import/standard-columns.ts';
import { looksLikeYuan } from '../../kit/import/values/amount.ts';
import { isNoEnd } from '../../kit/import/values/date.ts';
import { LAYOUT_2015, LAYOUT_2018 } from './layouts.ts';
import { NEVER, OUTCOME, PENALTY } from './tables.ts';

/** 处罚类别: the wording of 2018, and the thirteen of the 2021 law (art. 9). */
const CATEGORIES = {
  警告: 'WARNING',
  通报批评: 'PUBLIC_CRITICISM',
  罚款: 'FINE',
  没收违法所得: 'CONFISCATION',
  没收非法财物: 'CONFISCATION',
  '没收违法所得、没收非法财物': 'CONFISCATION',
  暂扣许可证件: 'LICENSE_SUSPENSION',
  暂扣许可证: 'LICENSE_SUSPENSION',
  降低资质等级: 'QUALIFICATION_DOWNGRADE',
  吊销许可证件: 'LICENSE_REVOCATION',
  吊销许可证: 'LICENSE_REVOCATION',
  吊销营业执照: 'LICENSE_REVOCATION',
  '暂扣或者吊销许可证(执照)': 'LICENSE_SUSPENSION_OR_REVOCATION',
  '暂扣或者吊销许可证、暂扣或者吊销执照': 'LICENSE_SUSPENSION_OR_REVOCATION',
  '暂扣或吊销许可证(执照)': 'LICENSE_SUSPENSION_OR_REVOCATION',
  限制开展生产经营活动: 'BUSINESS_RESTRICTION',
  责令停产停业: 'BUSINESS_SUSPENSION',
  责令关闭: 'CLOSURE',
  限制从业: 'PROFESSION_RESTRICTION',
  行政拘留: 'DETENTION',
  其他: 'OTHER',
} as const;
const ON_CERTIFICATES: readonly string[] = ['LICENSE_SUSPENSION', 'LICENSE_REVOCATION', 'LICENSE_SUSPENSION_OR_REVOCATION'];

const PROCEDURES = {
  '01': 'SIMPLE',
  1: 'SIMPLE',
  简易: 'SIMPLE',
  简易程序: 'SIMPLE',
  '02': 'ORDINARY',
  2: 'ORDINARY',
  一般: 'ORDINARY',
  一般程序: 'ORDINARY',
  普通程序: 'ORDINARY',
} as const;
const STATUSES = {
  0: 'NORMAL',
  1: 'WITHDRAWN',
  2: 'IN_OBJECTION',
  3: 'OTHER',
  正常: 'NORMAL',
  公示中: 'NORMAL',
  公示期满: 'EXPIRED',
  不予公示: 'NOT_PUBLISHED',
  撤销: 'WITHDRAWN',
  已撤下: 'WITHDRAWN',
  异议: 'IN_OBJECTION',
  其他: 'OTHER',
} as const;
const REPAIRS = { 已修复: 'REPAIRED', 未修复: 'NOT_REPAIRED', 1: 'REPAIRED', 0: 'NOT_REPAIRED' } as const;

/** 行政处罚: the national dual-publicity layouts of 2018 (with the columns some provinces add) and 2015. */
export const penalties: ImportCategory = {
  name: 'penalties',
  title: '行政处罚（双公示）',
  department: 'penalties',
  schema: 'penalties',
  layouts: [LAYOUT_2018, LAYOUT_2015],
  tables: [PENALTY, OUTCOME],
  plan(row, { subjectKey }) {
    refuseStateSecret(row, ['violation_type', 'facts', 'basis', 'content', 'withdrawal_reason', 'remark']);
    const decisionDate = row.date('decision_date');
    const counterpart = identifyCounterpart(row, subjectKey, decisionDate);
    const authorityCode = authorityKey(row.checkedUscc('authority_code'), row.text('authority'));
    const values = readPenalty(row, decisionDate, authorityCode);
    const outcome = readOutcome(row, decisionDate, authorityCode);
    if (!counterpart || row.failed) return null;
    return { subject: counterpart.subject, records: [{ table: PENALTY, values }, ...outcome] };
  },
};

function readPenalty(row: RowReader, decisionDate: string | null, authorityCode: string | null): Cell[] {
  const categories = readCategories(row);
  const handlers =
    row
      .text('case_handlers')
      ?.split(/[、,，;；\s]+/)
      .filter(Boolean) ?? null;
  return [
    row.text('decision_document_no'),
    row.freeText('violation_type'),
    row.freeText('facts'),
    row.freeText('basis'),
    textArray(categories),
    row.freeText('content'),
    readWan(row, 'fine'),
    readWan(row, 'confiscated'),
    row.freeText('revoked_certificate'),
    decisionDate,
    readEnd(row, 'valid_to', decisionDate),
    readEnd(row, 'publicity_end_date', decisionDate),
    row.text('authority'),
    authorityCode,
    row.code('procedure', PROCEDURES),
    row.code('status', STATUSES),
    row.text('counterpart_name'),
    row.text('legal_representative_name'),
    row.text('legal_representative_id_type'),
    row.identifier('legal_representative_id_no') || null,
    handlers && textArray(handlers),
    row.text('source_agency'),
    row.checkedUscc('source_agency_code'),
    row.freeText('remark'),
  ];
}

/** The layout of 2015 splits the categories over two columns and has none for amounts or certificates. */
function readCategories(row: RowReader): readonly string[] {
  const categories = [...new Set([...row.codes('categories', CATEGORIES), ...row.codes('more_categories', CATEGORIES)])];
  if (row.layout !== LAYOUT_2018.name) return categories;
  if (categories.includes('FINE') && !row.has('fine')) row.fault('fine', 'REQUIRED_WHEN');
  if (categories.includes('CONFISCATION') && !row.has('confiscated')) row.fault('confiscated', 'REQUIRED_WHEN');
  if (categories.some((category) => ON_CERTIFICATES.includes(category)) && !row.has('revoked_certificate')) {
    row.fault('revoked_certificate', 'REQUIRED_WHEN');
  }
  return categories;
}

function readWan(row: RowReader, field: string): string | null {
  const fen = row.amount(field, 'wan');
  if (fen !== null && looksLikeYuan(row.text(field) ?? '', fen, row.text('content') ?? ''))
    row.warn(field, 'AMOUNT_LOOKS_LIKE_YUAN');
  return fen;
}

function readEnd(row: RowReader, field: string, decisionDate: string | null): string | null {
  const end = row.date(field);
  if (end !== null && decisionDate !== null && end < decisionDate) row.fault(field, 'DATE_ORDER');
  return end !== null && isNoEnd(end) ? null : end;
}

/**
 * What became of the decision; none where the row says nothing of it, so that an ordinary file undoes no repair. One filed by
 * mistake is denied by 未修复, a withdrawal by 公示中.
 */
function readOutcome(row: RowReader, decisionDate: string | null, authorityCode: string | null): readonly PlannedRecord[] {
  const repaired = row.code('repair_status', REPAIRS);
  const dated = row.date('repaired_on');
  const repairedOn = repaired === 'NOT_REPAIRED' ? NEVER : dated;
  // The layout of 2015 says it in every row, and has no code to keep it by.
  const status = row.layout === LAYOUT_2018.name ? row.code('status', STATUSES) : null;
  const withdrawnOn = row.date('withdrawn_on') ?? withdrawalBy(status, decisionDate);
  if (repaired === 'REPAIRED' && dated === null) row.fault('repaired_on', 'REQUIRED_WHEN');
  if (repairedOn === null && withdrawnOn === null) return [];
  const values = [row.text('decision_document_no'), authorityCode, repairedOn, withdrawnOn, row.freeText('withdrawal_reason')];
  return [{ table: OUTCOME, values }];
}

/** Withdrawn, and nobody says since when: from the first day on. */
function withdrawalBy(status: string | null, decisionDate: string | null): string | null {
  if (status === 'WITHDRAWN') return decisionDate;
  return status === 'NORMAL' ? NEVER : null;
}

/** A PostgreSQL array in its text form. */
function textArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
