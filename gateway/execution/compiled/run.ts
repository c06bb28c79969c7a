import type { RecognizeAnswer } from '../passages/recognize.ts';
import type { JoinedObject } from './joined-data.ts';

/** One GraphQL request to a subgraph. */
export interface SubgraphRequest {
  query: string;
  variables: Readonly<Record<string, unknown>>;
  operationName?: string;
  /** The same as JSON text, made of parts that are serialised once a plan. */
  body?: () => string;
  /** Of a request for entities: what it is made of, so that requests can be joined without writing any of it again. */
  entities?: EntitiesText;
  /** Takes its answer's bytes as far as anybody has to read them; where it gives undefined, they are to be parsed. */
  recognize?: RecognizeAnswer;
}

/** The representations of a request as JSON texts, in their order, and its whole text with others in their place. */
export interface EntitiesText {
  representations: readonly string[];
  bodyOf(representations: readonly string[]): string;
}

/** An error as a subgraph answers it. */
export interface SubgraphError {
  message?: string;
  path?: readonly (string | number)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** What a subgraph answered. The data become part of the joined data: they must be the executor's to change. */
export interface SubgraphAnswer {
  data?: JoinedObject | null | undefined;
  errors?: readonly SubgraphError[] | undefined;
}

/** A subgraph's error in the joined data: its path has the plan's keys. */
export interface FetchError {
  message: string;
  path?: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>>;
}

/** How texts stand in the data of the subgraphs. */
export interface TextForm {
  /** A value of ours as it would stand there. */
  put(value: unknown): unknown;
  /** What a text there says. */
  read(text: string): string;
}

/** What the steps of a plan share while one request is executed. */
export interface Run {
  data: JoinedObject;
  errors: FetchError[];
  texts: TextForm;
  /** As the client sent them. */
  variables: Readonly<Record<string, unknown>>;
  send(subgraph: string, request: SubgraphRequest): Promise<SubgraphAnswer>;
}

/** A part of a plan; never rejects. */
export type Step = (run: Run) => Promise<void>;
