import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 行政处罚 (综合行政执法局): penalties, and who may still see them. */
export const penalties = defineDepartment({
  name: 'penalties',
  title: '综合行政执法局',
  folder: new URL('.', import.meta.url),
  resolvers,
  dated: { AdministrativePenalty: 'decisionDate' },
});
