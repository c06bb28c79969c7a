import type { ImportCategory } from '../../kit/import/category.ts';
import { defineTable } from '../../kit/import/category.ts';
import { simpleCategory } from '../../kit/import/simple-category.ts';
import { column } from '../../kit/import/standard-columns.ts';

/** What both categories share; homes have accounts too. */
const UTILITIES = { department: 'utilities', schema: 'utilities', persons: true } as const;
const KINDS = {
  水: 'WATER',
  电: 'POWER',
  气: 'GAS',
  热: 'HEAT',
  供水: 'WATER',
  供电: 'POWER',
  燃气: 'GAS',
  供热: 'HEAT',
} as const;
const kindColumn = column('kind', ['种类'], { presence: 'value', type: '代码值', example: '水', note: '水、电、气、热。' });
const accountColumn = column('account_no', ['用户号'], { presence: 'value', example: '10000001' });

/** 公用事业账户: one line an account. */
const accounts = simpleCategory({
  ...UTILITIES,
  name: 'utility-accounts',
  title: '公用事业账户',
  table: defineTable('utilities.account', ['subject_id', 'kind', 'account_no'], {
    kind: 'text',
    account_no: 'text',
    address: 'text',
    bank_account_no: 'text',
  }),
  columns: [
    kindColumn,
    accountColumn,
    column('address', ['用户地址'], { example: '云汀市东篱区示例路1号' }),
    column('bank_account_no', ['代扣银行账号'], { example: '6222000000000000000' }),
  ],
  read: (row) => [
    row.code('kind', KINDS),
    row.text('account_no'),
    row.text('address'),
    row.identifier('bank_account_no') || null,
  ],
});

/** 公用事业账单: one line an account and month. */
const bills = simpleCategory({
  ...UTILITIES,
  name: 'utility-bills',
  title: '公用事业账单',
  table: defineTable('utilities.bill', ['subject_id', 'kind', 'account_no', 'month'], {
    kind: 'text',
    account_no: 'text',
    month: 'text',
    usage: 'numeric',
    amount_fen: 'bigint',
    arrears_periods: 'integer',
    late_fee_fen: 'bigint',
    paid_on: 'date',
  }),
  columns: [
    kindColumn,
    accountColumn,
    column('month', ['账期', '统计年月'], { presence: 'value', type: '月份', example: '2024-01' }),
    column('usage', ['用量'], { type: '用量', example: '120.5', note: '最多 3 位小数。' }),
    column('amount', ['金额（元）'], { presence: 'value', type: '金额（元）', example: '420.00' }),
    column('arrears_periods', ['欠费期数'], { type: '数量', example: '0' }),
    column('late_fee', ['滞纳金（元）'], { type: '金额（元）', example: '0' }),
    column('paid_on', ['缴清日期'], { type: '日期', example: '2024/02/10', note: '未缴清的留空。' }),
  ],
  read: (row) => [
    row.code('kind', KINDS),
    row.text('account_no'),
    row.month('month'),
    row.decimal('usage', 15, 3),
    row.amount('amount', 'yuan', true),
    row.decimal('arrears_periods', 6, 0) ?? '0',
    row.amount('late_fee', 'yuan') ?? '0',
    row.date('paid_on'),
  ],
});

/** The categories the utilities send. */
export const utilityCategories: readonly ImportCategory[] = [accounts, bills];
