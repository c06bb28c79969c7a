import { defineDepartment } from '../kit/department.ts';
import { resolvers } from './resolvers.ts';

/** 税务局: tax standing, credit grades, arrears, payments and declared sales. */
export const tax = defineDepartment({ name: 'tax', title: '税务局', folder: new URL('.', import.meta.url), resolvers });
