import type { ImportCategory } from '../../kit/import/category.ts';
import { defineTable } from '../../kit/import/category.ts';
import { simpleCategory } from '../../kit/import/simple-category.ts';
import { column } from '../../kit/import/standard-columns.ts';

/** What every category of the tax department shares. Amounts of natural persons are not collected without their consent. */
const TAX = { department: 'tax', schema: 'tax', persons: false } as const;
const GRADES = { A: 'A', B: 'B', M: 'M', C: 'C', D: 'D' } as const;

/** 纳税信用等级: one line a taxpayer and year. */
const creditGrades = simpleCategory({
  ...TAX,
  name: 'tax-credit-grades',
  title: '纳税信用等级',
  table: defineTable('tax.credit_grade', ['subject_id', 'year'], { year: 'integer', grade: 'text' }),
  columns: [
    column('year', ['评价年度'], { presence: 'value', type: '年度', example: '2024' }),
    column('grade', ['信用等级'], { presence: 'value', type: '代码值', example: 'A', note: 'A、B、M、C、D。' }),
  ],
  read: (row) => [row.year('year'), row.code('grade', GRADES)],
});

/** 欠税: the balance of one kind of tax. */
const arrears = simpleCategory({
  ...TAX,
  name: 'tax-arrears',
  title: '欠税',
  table: defineTable('tax.arrears', ['subject_id', 'tax_type'], { tax_type: 'text', amount_fen: 'bigint', since: 'date' }),
  columns: [
    column('tax_type', ['欠税税种'], { presence: 'value', example: '增值税' }),
    column('amount', ['累计欠税余额（元）'], { presence: 'value', type: '金额（元）', example: '12345.67' }),
    column('since', ['欠税起始日期'], { type: '日期', example: '2024/01/01' }),
  ],
  read: (row) => [row.text('tax_type'), row.amount('amount', 'yuan'), row.date('since')],
});

/** 缴纳税款: one line a month and kind of tax; refunds are negative. */
const payments = simpleCategory({
  ...TAX,
  name: 'tax-payments',
  title: '缴纳税款',
  table: defineTable('tax.payment', ['subject_id', 'month', 'tax_type'], {
    month: 'text',
    tax_type: 'text',
    amount_fen: 'bigint',
    paid_on: 'date',
  }),
  columns: [
    column('month', ['税款所属期'], { presence: 'value', type: '月份', example: '2024-01' }),
    column('tax_type', ['税种', '税款种类'], { presence: 'value', example: '增值税' }),
    column('amount', ['实缴金额（元）'], { presence: 'value', type: '金额（元）', example: '10000.00', note: '退税填负数。' }),
    column('paid_on', ['入库日期'], { type: '日期', example: '2024/02/10' }),
  ],
  read: (row) => [row.month('month'), row.text('tax_type'), row.amount('amount', 'yuan', true), row.date('paid_on')],
});

/** 申报销售收入: one line a year. */
const declaredSales = simpleCategory({
  ...TAX,
  name: 'declared-sales',
  title: '申报销售收入',
  table: defineTable('tax.declared_sales', ['subject_id', 'year'], { year: 'integer', amount_fen: 'bigint' }),
  columns: [
    column('year', ['年度'], { presence: 'value', type: '年度', example: '2024' }),
    column('amount', ['申报销售收入（元）'], { presence: 'value', type: '金额（元）', example: '1000000.00' }),
  ],
  read: (row) => [row.year('year'), row.amount('amount', 'yuan', true)],
});

/** 纳税人状态: one line a taxpayer. */
const status = simpleCategory({
  ...TAX,
  name: 'tax-status',
  title: '纳税人状态',
  table: defineTable('tax.taxpayer', ['subject_id'], { abnormal_since: 'date', refund_account_no: 'text' }),
  columns: [
    column('abnormal_since', ['非正常户认定日期'], { presence: 'column', type: '日期', note: '不是非正常户的留空。' }),
    column('refund_account_no', ['退税账户'], { example: '6222000000000000000' }),
  ],
  read: (row) => [row.date('abnormal_since'), row.identifier('refund_account_no') || null],
});

/** The categories the tax department sends. */
export const taxCategories: readonly ImportCategory[] = [creditGrades, arrears, payments, declaredSales, status];
