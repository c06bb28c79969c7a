import type { Department } from '../kit/department.ts';
import { defineDepartment } from '../kit/department.ts';
import type { Reviews } from './review-interface.ts';
import { reviewResolvers } from './reviews.ts';
import { type SuspensionDesk, suspensionResolvers } from './suspensions.ts';

/** 监督处置: the gateway's own subgraph for what auditors and the credit office do. */
export function oversightSubgraph(desks: { suspensions: SuspensionDesk; reviews: Reviews }): Department {
  const [suspensions, reviews] = [suspensionResolvers(desks.suspensions), reviewResolvers(desks.reviews)];
  return defineDepartment({
    name: 'oversight',
    title: '监督处置',
    folder: new URL('.', import.meta.url),
    resolvers: {
      ...reviews,
      Query: { ...suspensions.Query, ...reviews.Query },
      Mutation: { ...suspensions.Mutation, ...reviews.Mutation },
    },
  });
}
