import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 人力资源和社会保障局: social-security contributions. */
export const socialSecurity = defineDepartment({
  name: 'social-security',
  title: '人力资源和社会保障局',
  folder: new URL('.', import.meta.url),
  resolvers,
});
