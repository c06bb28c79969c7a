import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 公用事业 (住房和城乡建设局): water, power, gas and heat accounts and bills. */
export const utilities = defineDepartment({
  name: 'utilities',
  title: '住房和城乡建设局（公用事业）',
  folder: new URL('.', import.meta.url),
  resolvers,
});
