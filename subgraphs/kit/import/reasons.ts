/** Type of value a column holds, as it is named in a file of rejected rows. */
export type ValueType =
  | '文本'
  | '日期'
  | '月份'
  | '年度'
  | '金额（万元）'
  | '金额（元）'
  | '数量'
  | '用量'
  | '百分比'
  | '代码值'
  | '标识码'
  | '整行';

/** Why a row is rejected: what an official reads beside it. Sentences never repeat the value. */
export const REJECTIONS = {
  REQUIRED: '必填项为空。',
  REQUIRED_WHEN: '按所填的其他项，此项应填而为空。',
  NO_IDENTIFIER:
    '没有可用的标识：法人及非法人组织、个体工商户须有统一社会信用代码或15位工商注册号，自然人须有证件类型和证件号码。',
  IDENTIFIER_LENGTH: '标识码的位数不对。',
  IDENTIFIER_CHARACTER: '标识码含有不允许的字符。',
  IDENTIFIER_CATEGORY: '统一社会信用代码的登记管理部门或机构类别位不对。',
  IDENTIFIER_DATE: '公民身份号码中的出生日期不存在。',
  IDENTIFIER_CHECK_DIGIT: '标识码的校验位不对，请核对是否录入有误。',
  DATE_FORMAT: '日期格式应为 YYYY/MM/DD。',
  DATE_IMPOSSIBLE: '日期不存在（如 2 月 30 日）。',
  DATE_ORDER: '截止日期早于起始日期或决定日期。',
  MONTH_FORMAT: '月份格式应为 YYYY-MM。',
  YEAR_FORMAT: '年度应为四位数字。',
  AMOUNT_FORMAT: '金额应为不带单位的十进制数字。',
  AMOUNT_PRECISION: '金额精确到分以下，无法准确入库。',
  AMOUNT_RANGE: '金额为负数或超出 18 位。',
  NUMBER_FORMAT: '应为非负数字，位数或小数位数不符。',
  NUMBER_SHORTENED: '长数字已被电子表格改成科学计数法，末尾的数字丢失；请先把该列设为文本格式，再按原始数据重填。',
  FORMULA_ERROR: '单元格是电子表格的错误值（如 #N/A），请改正公式或按原始数据填写。',
  CODE_UNKNOWN: '代码值不在目录之内。',
  TEXT_TOO_LONG: '文字超出长度上限。',
  CONTROL_CHARACTER: '含有控制字符，文件可能已损坏。',
  ENCODING: '含有无法识别的字符，文件编码可能已损坏。',
  COLUMN_COUNT: '单元格数与表头的列数不符，可能缺少引号；缺的单元格以“〔缺〕”标出，请填写或清空。',
  EXAMPLE_ROW: '这是模板的示例行，请删除后再报送。',
  STATE_SECRET: '标有密级。涉及国家秘密的信息不得归集，请勿通过本系统报送。',
  MINOR: '决定之日当事人未满十八周岁。未成年人的信息不予归集。',
} as const;

/** Why a row that is taken in deserves a second look. */
export const WARNINGS = {
  UNKNOWN_DIVISION: '标识码中的行政区划不在现行目录内（可能是撤销前的区划）。',
  INNER_CHECK_DIGIT: '统一社会信用代码内的组织机构代码校验位不符。',
  IDENTITY_NUMBER_HIDDEN: '文字中写有公民身份号码或个体工商户的代码，入库时已以“****”代替；请在原始数据中删去。',
  IDENTIFIER_DOUBTFUL: '此标识码校验不通过，未采用；主体以另一标识为准。',
  REPRESENTATIVE_ID_DOUBTFUL: '法定代表人证件号码校验不通过，请核对。',
  KIND_MISMATCH: '行政相对人类别与统一社会信用代码的类别不一致，以代码为准。',
  AMOUNT_LOOKS_LIKE_YUAN: '金额像是以元填报（本栏单位为万元），请核对。',
  PERCENT_LOOKS_LIKE_FRACTION: '百分比像是以小数填报（如 60% 填成 0.6；本栏单位为 %），请核对。',
  NEWER_LAYOUT_KEPT: '同一机关的同一文书号已按新版数据项入库，旧版的本行内容较少，未改动原记录；如有变更请用新版报送。',
  REPEATED_IN_FILE: '本文件前面另有一行报送同一记录而内容不同，以本行（后一行）为准；请核对，并删去多余的一行。',
  SUBJECT_CHANGED: '同一文书号此前记在另一主体名下，已按本次报送更新。',
} as const;

export type RejectionCode = keyof typeof REJECTIONS;
export type WarningCode = keyof typeof WARNINGS;
