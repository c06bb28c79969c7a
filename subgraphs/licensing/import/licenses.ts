import { authorityKey } from '../../kit/import/authority.ts';
import type { Cell, ImportCategory } from '../../kit/import/category.ts';
import { defineTable } from '../../kit/import/category.ts';
import type { Layout } from '../../kit/import/layout.ts';
import { counterpartColumns2015, counterpartColumns2018, identifyCounterpart } from '../../kit/import/dual-publicity.ts';
import type { RowReader } from '../../kit/import/row-reader.ts';
import { column, COMMON_COLUMNS, refuseStateSecret } from '../../kit/import/standard-columns.ts';
import { isNoEnd } from '../../kit/import/values/date.ts';

/** 双公示行政许可数据项, 2018 national version (column codes XK_*). */
const LAYOUT_2018: Layout = {
  name: '行政许可（2018 年版）',
  columns: [
    ...counterpartColumns2018('XK'),
    column('decision_document_name', ['行政许可决定文书名称', 'XK_XKWS'], { presence: 'value', example: '准予行政许可决定书' }),
    column('decision_document_no', ['行政许可决定文书号', 'XK_WSH'], { presence: 'value', example: '云审许字〔2024〕第0001号' }),
    column('category', ['许可类别', 'XK_XKLB'], {
      presence: 'value',
      type: '代码值',
      example: '普通',
      note: '普通、特许、认可、核准、登记、其他-（注明）。',
    }),
    column('certificate_name', ['许可证书名称', 'XK_XKZS'], { presence: 'column', example: '食品经营许可证' }),
    column('license_no', ['许可编号', 'XK_XKBH'], { presence: 'column', example: 'JY0000000001' }),
    column('content', ['许可内容', 'XK_NR'], { presence: 'value', long: true, example: '准予从事许可范围内的经营活动' }),
    column('decision_date', ['许可决定日期', 'XK_JDRQ'], { presence: 'value', type: '日期', example: '2024/01/22' }),
    column('valid_from', ['有效期自', 'XK_YXQZ'], { presence: 'value', type: '日期', example: '2024/01/22' }),
    column('valid_to', ['有效期至', 'XK_YXQZI'], {
      presence: 'value',
      type: '日期',
      example: '2099/12/31',
      note: '2099/12/31 表示长期有效。',
    }),
    column('authority', ['许可机关', 'XK_XKJG'], { presence: 'value', example: '云汀市行政审批服务局' }),
    column('authority_code', ['许可机关统一社会信用代码', 'XK_XKJGDM'], {
      presence: 'value',
      type: '标识码',
      example: '11999900MAR39UK749',
    }),
    column('status', ['当前状态', 'XK_ZT'], { presence: 'value', type: '代码值', example: '1', note: '1 有效，2 无效。' }),
    column('source_agency', ['数据来源单位', 'XK_LYDW'], { presence: 'value', example: '云汀市行政审批服务局' }),
    column('source_agency_code', ['数据来源单位统一社会信用代码', 'XK_LYDWDM'], {
      presence: 'value',
      type: '标识码',
      example: '11999900MAR39UK749',
    }),
    column('remark', ['备注', 'BZ'], { long: true }),
    ...COMMON_COLUMNS,
  ],
};

/** 双公示行政许可数据项, 2015 version: no kinds, certificates or authority's code. */
const LAYOUT_2015: Layout = {
  name: '行政许可（2015 年版）',
  columns: [
    column('decision_document_no', ['行政许可决定书文号', 'XK_WSH', '行政许可决定文书号'], { presence: 'value' }),
    column('decision_document_name', ['项目名称', 'XK_XMMC'], { presence: 'value' }),
    column('category', ['审批类别', 'XK_SPLB'], { presence: 'value', type: '代码值' }),
    column('content', ['许可内容', 'XK_NR'], { presence: 'value', long: true }),
    ...counterpartColumns2015('XK'),
    column('decision_date', ['许可决定日期', 'XK_JDRQ'], { presence: 'value', type: '日期' }),
    column('valid_to', ['许可截止期', 'XK_JZQ'], { presence: 'column', type: '日期' }),
    column('authority', ['许可机关', 'XK_XZJG'], { presence: 'value' }),
    column('status', ['当前状态', 'XK_ZT'], { presence: 'value', type: '代码值' }),
    column('local_code', ['地方编码', 'DFBM']),
    column('updated_at', ['数据更新时间戳', 'SJC', '时间戳']),
    column('remark', ['备注', 'BZ'], { long: true }),
    ...COMMON_COLUMNS,
  ],
};

const CATEGORIES = {
  普通: 'ORDINARY',
  特许: 'FRANCHISE',
  认可: 'RECOGNITION',
  核准: 'APPROVAL',
  登记: 'REGISTRATION',
  其他: 'OTHER',
} as const;

/** The same digit means different things in the two versions. */
const STATUSES_2018 = {
  1: 'VALID',
  2: 'INVALID',
  有效: 'VALID',
  无效: 'INVALID',
  撤销: 'WITHDRAWN',
  异议: 'IN_OBJECTION',
  其他: 'OTHER',
} as const;
const STATUSES_2015 = {
  0: 'VALID',
  1: 'WITHDRAWN',
  2: 'IN_OBJECTION',
  3: 'OTHER',
  正常: 'VALID',
  撤销: 'WITHDRAWN',
  异议: 'IN_OBJECTION',
  其他: 'OTHER',
} as const;

const LICENSE = defineTable('licensing.license', ['decision_document_no', 'authority_code'], {
  decision_document_name: 'text',
  decision_document_no: 'text',
  category: 'text',
  certificate_name: 'text',
  license_no: 'text',
  content: 'text',
  decision_date: 'date',
  valid_from: 'date',
  valid_to: 'date',
  valid_indefinitely: 'boolean',
  authority: 'text',
  authority_code: 'text',
  status: 'text',
  counterpart_name: 'text',
  legal_representative_name: 'text',
  legal_representative_id_type: 'text',
  legal_representative_id_no: 'text',
  source_agency: 'text',
  source_agency_code: 'text',
  remark: 'text',
});

/** 行政许可: the national dual-publicity layouts of 2018 and 2015. */
export const licenses: ImportCategory = {
  name: 'licenses',
  title: '行政许可（双公示）',
  department: 'licensing',
  schema: 'licensing',
  layouts: [LAYOUT_2018, LAYOUT_2015],
  tables: [LICENSE],
  plan(row, { subjectKey }) {
    refuseStateSecret(row, ['decision_document_name', 'content', 'remark']);
    const decisionDate = row.date('decision_date');
    const counterpart = identifyCounterpart(row, subjectKey, decisionDate);
    const term = readTerm(row);
    const values = readValues(row, { decisionDate, ...term });
    return counterpart && !row.failed ? { subject: counterpart.subject, records: [{ table: LICENSE, values }] } : null;
  },
};

function readTerm(row: RowReader): { validFrom: string | null; validTo: string | null; indefinitely: boolean } {
  const validFrom = row.date('valid_from');
  const end = row.date('valid_to');
  if (validFrom !== null && end !== null && end < validFrom) row.fault('valid_to', 'DATE_ORDER');
  const indefinitely = end !== null && isNoEnd(end);
  return { validFrom, validTo: indefinitely ? null : end, indefinitely };
}

function readValues(
  row: RowReader,
  dates: { decisionDate: string | null; validFrom: string | null; validTo: string | null; indefinitely: boolean },
): Cell[] {
  const authority = row.text('authority');
  return [
    row.freeText('decision_document_name'),
    row.text('decision_document_no'),
    row.code('category', CATEGORIES),
    row.freeText('certificate_name'),
    row.freeText('license_no'),
    row.freeText('content'),
    dates.decisionDate,
    dates.validFrom,
    dates.validTo,
    String(dates.indefinitely),
    authority,
    authorityKey(row.checkedUscc('authority_code'), authority),
    row.code('status', row.layout === LAYOUT_2015.name ? STATUSES_2015 : STATUSES_2018),
    row.text('counterpart_name'),
    row.text('legal_representative_name'),
    row.text('legal_representative_id_type'),
    row.identifier('legal_representative_id_no') || null,
    row.text('source_agency'),
    row.checkedUscc('source_agency_code'),
    row.freeText('remark'),
  ];
}
