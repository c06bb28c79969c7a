import { counterpartColumns2015, counterpartColumns2018 } from '../../kit/import/dual-publicity.ts';
import type { Layout } from '../../kit/import/layout.ts';
import { column, COMMON_COLUMNS } from '../../kit/import/standard-columns.ts';

/** 双公示行政处罚数据项, 2018 national version (column codes CF_*), with the optional columns some provinces added later. */
export const LAYOUT_2018: Layout = {
  name: '行政处罚（2018 年版）',
  columns: [
    ...counterpartColumns2018('CF'),
    column('decision_document_no', ['行政处罚决定书文号', 'CF_WSH'], { presence: 'value', example: '云市监罚〔2024〕0001号' }),
    column('violation_type', ['违法行为类型', 'CF_WFXW'], { presence: 'value', long: true, example: '未按规定公示' }),
    column('facts', ['违法事实', 'CF_SY'], { presence: 'value', long: true, example: '当事人未按规定公示年度报告。' }),
    column('basis', ['处罚依据', 'CF_YJ'], { presence: 'value', long: true, example: '《中华人民共和国行政处罚法》' }),
    column('categories', ['处罚类别', 'CF_CFLB'], {
      presence: 'value',
      type: '代码值',
      example: '罚款',
      note: '可填多个，以“;”分隔：警告、通报批评、罚款、没收违法所得、没收非法财物、暂扣或者吊销许可证（执照）、责令停产停业、行政拘留、其他-（注明）等。',
    }),
    column('content', ['处罚内容', 'CF_NR'], { presence: 'value', long: true, example: '罚款人民币0.5万元' }),
    column('fine', ['罚款金额（万元）', 'CF_NR_FK'], {
      presence: 'column',
      type: '金额（万元）',
      example: '0.5',
      note: '单位为万元，最多 6 位小数；处罚类别含罚款时必填。',
    }),
    column('confiscated', ['没收违法所得、没收非法财物的金额（万元）', 'CF_NR_WFFF'], {
      presence: 'column',
      type: '金额（万元）',
      note: '处罚类别含没收时必填。',
    }),
    column('revoked_certificate', ['暂扣或吊销证照名称及编号', 'CF_NR_ZKDX'], {
      presence: 'column',
      note: '处罚类别含暂扣或吊销时必填。',
    }),
    column('decision_date', ['处罚决定日期', 'CF_JDRQ'], { presence: 'value', type: '日期', example: '2024/02/13' }),
    column('valid_to', ['处罚有效期', 'CF_YXQ'], { presence: 'value', type: '日期', example: '2027/02/13' }),
    column('publicity_end_date', ['公示截止期', 'CF_GSJZQ'], { presence: 'column', type: '日期', example: '2025/02/13' }),
    column('authority', ['处罚机关', 'CF_CFJG'], { presence: 'value', example: '云汀市市场监督管理局' }),
    column('authority_code', ['处罚机关统一社会信用代码', 'CF_CFJGDM'], {
      presence: 'value',
      type: '标识码',
      example: '11999900MA3A89CD2H',
    }),
    column('source_agency', ['数据来源单位', 'CF_SJLY'], { presence: 'value', example: '云汀市市场监督管理局' }),
    column('source_agency_code', ['数据来源单位统一社会信用代码', 'CF_SJLYDM'], {
      presence: 'value',
      type: '标识码',
      example: '11999900MA3A89CD2H',
    }),
    column('remark', ['备注', 'BZ'], { long: true }),
    column('procedure', ['案件程序类别'], { type: '代码值', note: '01 简易，02 一般。' }),
    column('status', ['公示状态'], {
      type: '代码值',
      note: '公示中、公示期满、不予公示、撤销、异议；空或无此列则维持此前所报，误报撤销的改报“公示中”。',
    }),
    column('withdrawn_on', ['撤销日期'], { type: '日期' }),
    column('withdrawal_reason', ['撤销原因'], { long: true }),
    column('repair_status', ['修复状态'], {
      type: '代码值',
      note: '未修复、已修复；空或无此列则维持此前所报，误报修复的改报“未修复”。',
    }),
    column('repaired_on', ['修复日期'], { type: '日期', note: '已修复的必填。' }),
    column('case_handlers', ['承办人'], { note: '可填多人，以“、”分隔。' }),
    ...COMMON_COLUMNS,
  ],
};

/** 双公示行政处罚数据项, 2015 version: no kinds, amounts, terms or authority's code. */
export const LAYOUT_2015: Layout = {
  name: '行政处罚（2015 年版）',
  columns: [
    column('decision_document_no', ['行政处罚决定书文号', 'CF_WSH'], { presence: 'value' }),
    column('violation_type', ['处罚名称', 'CF_CFMC'], { presence: 'value', long: true }),
    column('categories', ['处罚类别1', 'CF_CFLB1'], { presence: 'value', type: '代码值' }),
    column('more_categories', ['处罚类别2', 'CF_CFLB2'], { type: '代码值' }),
    column('facts', ['处罚事由', 'CF_SY'], { presence: 'value', long: true }),
    column('basis', ['处罚依据', 'CF_YJ'], { presence: 'value', long: true }),
    ...counterpartColumns2015('CF'),
    column('content', ['处罚结果', 'CF_JG'], { presence: 'value', long: true }),
    column('decision_date', ['处罚决定日期', 'CF_JDRQ'], { presence: 'value', type: '日期' }),
    column('authority', ['处罚机关', 'CF_XZJG'], { presence: 'value' }),
    column('status', ['当前状态', 'CF_ZT'], { presence: 'value', type: '代码值' }),
    column('publicity_end_date', ['公示截止期', 'GSJZQ'], { type: '日期' }),
    column('local_code', ['地方编码', 'DFBM']),
    column('updated_at', ['数据更新时间戳', 'SJC', '时间戳']),
    column('remark', ['备注', 'BZ'], { long: true }),
    ...COMMON_COLUMNS,
  ],
};
