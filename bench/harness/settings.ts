import type { Question } from '../city/question.ts';

/** What a contender's process is told, as JSON in `BENCH_CONTENDER`. */
export interface ContenderSettings {
  /** Where the departments are, by name. */
  addresses: Readonly<Record<string, string>>;
  /** Which of the contenders that one script makes. */
  variant: string;
  questions: Readonly<Record<string, Pick<Question, 'text' | 'parts' | 'isList'>>>;
}
