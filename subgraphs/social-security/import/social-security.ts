import { defineTable } from '../../kit/import/category.ts';
import { simpleCategory } from '../../kit/import/simple-category.ts';
import { column } from '../../kit/import/standard-columns.ts';

/** 社会保险缴费: one line an employer and month. */
export const socialSecurity = simpleCategory({
  name: 'social-security',
  title: '社会保险缴费',
  department: 'social-security',
  schema: 'social_security',
  persons: false,
  table: defineTable('social_security.contribution', ['subject_id', 'month'], {
    month: 'text',
    insured_count: 'integer',
    due_fen: 'bigint',
    paid_fen: 'bigint',
  }),
  columns: [
    column('month', ['应收年月'], { presence: 'value', type: '月份', example: '2024-01' }),
    column('insured_count', ['月参保总人数', '参保人数'], { presence: 'value', type: '数量', example: '12' }),
    column('due', ['应缴金额（元）'], { presence: 'value', type: '金额（元）', example: '9600.00' }),
    column('paid', ['实缴金额（元）'], { presence: 'value', type: '金额（元）', example: '9600.00' }),
  ],
  read: (row) => [row.month('month'), row.decimal('insured_count', 9, 0), row.amount('due', 'yuan'), row.amount('paid', 'yuan')],
});
