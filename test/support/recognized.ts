import { afterOthers } from '../../gateway/execution/passages/passages.fixture.ts';
import type { SubgraphAnswer, SubgraphRequest } from '../../gateway/execution/index.ts';

/** How many answers were recognized, and how many there were. */
export interface Recognitions {
  recognized: number;
  answers: number;
}

/**
 * An answer whose texts are byte texts as it would have come over HTTP: not read where its request recognizes it. Tests ask departments in their
 * own process, where nothing is ever bytes.
 */
export function recognizedAnswer<Answer extends SubgraphAnswer>(
  answer: Answer,
  { recognize }: Pick<SubgraphRequest, 'recognize'>,
  count: Recognitions,
): Answer {
  count.answers++;
  if (recognize === undefined || (answer.errors?.length ?? 0) > 0) return answer;
  const data = afterOthers(recognize)(Buffer.from(JSON.stringify({ data: answer.data }), 'latin1'));
  if (data === undefined) return answer;
  count.recognized++;
  return { ...answer, data };
}
