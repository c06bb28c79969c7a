import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 行政许可 (行政审批服务局): licences as published under the dual-publicity standard. */
export const licensing = defineDepartment({
  name: 'licensing',
  title: '行政审批服务局',
  folder: new URL('.', import.meta.url),
  resolvers,
  dated: { AdministrativeLicense: 'decisionDate' },
});
