import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 市场监督管理局: who the credit subjects are, and by which numbers and names they are found. */
export const registry = defineDepartment({
  name: 'registry',
  title: '市场监督管理局',
  folder: new URL('.', import.meta.url),
  resolvers,
});
