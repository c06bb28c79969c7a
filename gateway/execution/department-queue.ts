import { afterTurns } from '../after-turns.ts';
import { GatewayError } from '../errors.ts';
import { Cancellation } from './cancellation.ts';
import { type DepartmentAnswer, type DepartmentCall, type DepartmentRequest, TransportError } from './department-transport.ts';
import { commonVariables, countSubjects, joinRequests, mostJoined } from './joined-request.ts';
import type { AskDepartment } from './resilient-department.ts';

/**
 * Requests of one question that are under way at a time; those that follow wait for one of them to end and travel together.
 * Measured with 16 to 128 queries in flight: 1 to 4 cost a third to a half of the gateway's time without joining, 8 cost more;
 * 2 keep a wait at half an answer, and one slow answer from holding up everybody.
 */
const UNDER_WAY_PER_QUESTION = 2;

/** Queries that are worth a request before that: the department is at work then while the gateway reads what else came. */
const GOES_AT_ONCE = 32;

export interface QueueLimits {
  /** Requests under way at the department. */
  concurrency: number;
  /** Queries that may wait for it; one more is OVERLOADED. */
  waiting: number;
  /** Subjects, and queries, in a joined request; 1 joins nothing. */
  joined: number;
}

export interface QueueObserver {
  overloaded(): void;
  /** So many queries travel as one request. */
  joined(queries: number): void;
}

/** One query's request. */
interface Asking {
  request: DepartmentRequest;
  call: DepartmentCall & { idempotent: boolean };
  subjects: number;
  resolve: (answer: DepartmentAnswer) => void;
  reject: (error: unknown) => void;
  /** Called when its client goes. */
  leave: () => void;
  hasLeft: boolean;
}

/** Requests that travel as one. */
interface Party {
  question: Question;
  members: Asking[];
  subjects: number;
  /** Whether it is sent within turns of the event loop: until then others may join it. */
  isDue: boolean;
  isSent: boolean;
  /** Ends the joined request once it is under way. */
  cancellation: Cancellation | undefined;
}

/** What is asked in one text under one signed context: only such requests are ever joined. */
interface Question {
  query: string;
  operationName: string | undefined;
  common: string;
  contextToken: string;
  /** Requests that one text has room for. */
  most: number;
  /** Parties sent or about to be. */
  underWay: number;
  /** Parties that wait for one of those to end. */
  behind: Party[];
  /** The last party that has not been sent. */
  open: Party | undefined;
}

/**
 * The queue before one department. While there is room a request is sent within turns of the event loop, with those of the same
 * question that came meanwhile, and at once when they are many. What queues behind others of the same question is joined
 * into one request, too. A client that goes takes only its own part along.
 */
export class DepartmentQueue {
  readonly #ask: AskDepartment;
  readonly #limits: QueueLimits;
  readonly #observer: QueueObserver;
  /** By signed context. A token is signed for one context, so whoever has another is never met here. */
  readonly #questions = new Map<string, Question[]>();
  readonly #ready: Party[] = [];
  #underWay = 0;
  #waiting = 0;

  constructor(ask: AskDepartment, limits: QueueLimits, observer: QueueObserver) {
    this.#ask = ask;
    this.#limits = limits;
    this.#observer = observer;
  }

  /** Requests under way at the department, and queries that wait for it. */
  get load(): { underWay: number; waiting: number } {
    return { underWay: this.#underWay, waiting: this.#waiting };
  }

  /** Rejects with {@link GatewayError} OVERLOADED, at once, when too many wait already. */
  ask(request: DepartmentRequest, call: Asking['call']): Promise<DepartmentAnswer> {
    return new Promise((resolve, reject) => {
      if (call.signal.aborted) return reject(call.signal.reason as Error);
      const subjects = countSubjects(request);
      const question = this.#questionOf(request, call, subjects);
      const asking: Asking = { request, call, subjects, resolve, reject, leave: () => {}, hasLeft: false };
      if (this.#waiting >= this.#limits.waiting && !this.#mayGo(question, subjects)) {
        if (question.underWay === 0) this.#forget(question);
        this.#observer.overloaded();
        return reject(new GatewayError('OVERLOADED'));
      }
      const party = this.#openParty(question, subjects);
      this.#join(asking, party);
      this.#next();
      if (party.isDue && party.members.length >= GOES_AT_ONCE) this.#send(party);
    });
  }

  /** Whether a request would be sent within turns. */
  #mayGo(question: Question, subjects: number): boolean {
    if (question.open !== undefined && this.#hasRoom(question.open, subjects)) return question.open.isDue;
    return question.underWay < UNDER_WAY_PER_QUESTION && this.#ready.length === 0 && this.#underWay < this.#limits.concurrency;
  }

  #questionOf(request: DepartmentRequest, { contextToken, idempotent }: Asking['call'], subjects: number): Question {
    // What changes something, or fills a request by itself, is asked alone.
    if (!idempotent || 2 * subjects > this.#limits.joined) return newQuestion(request, contextToken);
    const { query, operationName } = request;
    const common = commonVariables(request);
    const asked = this.#questions.get(contextToken) ?? [];
    const known = asked.find((each) => each.query === query && each.operationName === operationName && each.common === common);
    if (known !== undefined) return known;
    const made = newQuestion(request, contextToken, { common, most: mostJoined(request) });
    asked.push(made);
    this.#questions.set(contextToken, asked);
    return made;
  }

  #forget(question: Question): void {
    const others = this.#questions.get(question.contextToken)?.filter((each) => each !== question) ?? [];
    if (others.length > 0) this.#questions.set(question.contextToken, others);
    else this.#questions.delete(question.contextToken);
  }

  /** The party that takes one more, or a new one. */
  #openParty(question: Question, subjects: number): Party {
    const { open } = question;
    if (open !== undefined && this.#hasRoom(open, subjects)) return open;
    const party = newParty(question);
    question.open = party;
    if (question.underWay < UNDER_WAY_PER_QUESTION) this.#queue(party);
    else question.behind.push(party);
    return party;
  }

  #hasRoom({ question, members, subjects: taken }: Party, subjects: number): boolean {
    const { joined } = this.#limits;
    return taken + subjects <= joined && members.length < Math.min(joined, question.most);
  }

  #queue(party: Party): void {
    party.question.underWay += 1;
    this.#ready.push(party);
  }

  #join(asking: Asking, party: Party): void {
    if (!party.isDue) this.#waiting += 1;
    party.members.push(asking);
    party.subjects += asking.subjects;
    const { signal } = asking.call;
    asking.leave = () => this.#leave(asking, party);
    signal.addEventListener('abort', asking.leave);
  }

  /** Its client has gone: nobody waits for it any more, and when nobody of the party is left, the department neither. */
  #leave(asking: Asking, party: Party): void {
    const { reason } = asking.call.signal;
    asking.hasLeft = true;
    asking.reject(reason);
    if (party.cancellation === undefined) {
      if (!party.isDue) this.#waiting -= 1;
      party.subjects -= asking.subjects;
      party.members.splice(party.members.indexOf(asking), 1);
    } else if (party.members.every(({ hasLeft }) => hasLeft)) party.cancellation.abort(reason);
  }

  /** Lets go what may go, each within turns. */
  #next(): void {
    while (this.#underWay < this.#limits.concurrency) {
      const party = this.#ready.shift();
      if (party === undefined) return;
      if (party.members.length === 0) {
        this.#withdraw(party);
        continue;
      }
      this.#underWay += 1;
      this.#waiting -= party.members.length;
      party.isDue = true;
      afterTurns(() => this.#send(party));
    }
  }

  /** Everybody has left before it could go. */
  #withdraw(party: Party): void {
    if (party.question.open === party) party.question.open = undefined;
    this.#release(party.question);
  }

  #send(party: Party): void {
    if (party.isSent) return;
    party.isSent = true;
    const { question, members } = party;
    if (question.open === party) question.open = undefined;
    const [first, ...others] = members;
    if (first === undefined) this.#end(question);
    else if (others.length === 0) this.#sendAlone(first, question);
    else void this.#sendJoined(first, others, party);
  }

  /** One of the question has ended: the next of those behind it is ready. */
  #release(question: Question): void {
    question.underWay -= 1;
    const next = question.behind.shift();
    if (next !== undefined) this.#queue(next);
    else if (question.underWay === 0) this.#forget(question);
  }

  #end(question: Question): void {
    this.#underWay -= 1;
    this.#release(question);
    this.#next();
  }

  #sendAlone({ request, call, leave, resolve, reject }: Asking, question: Question): void {
    call.signal.removeEventListener('abort', leave);
    this.#ask(request, call)
      .then(resolve, reject)
      .finally(() => this.#end(question));
  }

  async #sendJoined(first: Asking, others: readonly Asking[], party: Party): Promise<void> {
    const { members, question } = party;
    const signal = (party.cancellation = new Cancellation());
    const { request, share } = joinRequests(
      first.request,
      others.map((other) => other.request),
    );
    const requestId = members.map(({ call }) => call.requestId).join(',');
    this.#observer.joined(members.length);
    try {
      const shares = share(
        await this.#ask(request, { contextToken: question.contextToken, requestId, idempotent: true, signal }),
      );
      if (shares === undefined) this.#askEach(members);
      else members.forEach((member, index) => settle(member, shares[index]));
    } catch (error) {
      if (error instanceof TransportError && !error.retryable) this.#askEach(members);
      else for (const member of members) settle(member, undefined, error);
    } finally {
      this.#end(question);
    }
  }

  /** One of them may have spoilt the answer for the others: each is sent alone. */
  #askEach(members: readonly Asking[]): void {
    for (const asking of members) {
      if (asking.hasLeft) continue;
      const { signal, contextToken } = asking.call;
      signal.removeEventListener('abort', asking.leave);
      const party = newParty(newQuestion(asking.request, contextToken));
      this.#queue(party);
      this.#join(asking, party);
    }
  }
}

function newParty(question: Question): Party {
  return { question, members: [], subjects: 0, isDue: false, isSent: false, cancellation: undefined };
}

function newQuestion(
  { query, operationName }: DepartmentRequest,
  contextToken: string,
  { common, most }: Pick<Question, 'common' | 'most'> = { common: '', most: 1 },
): Question {
  return { query, operationName, common, contextToken, most, underWay: 0, behind: [], open: undefined };
}

function settle({ call, leave, hasLeft, resolve, reject }: Asking, answer: DepartmentAnswer | undefined, error?: unknown): void {
  call.signal.removeEventListener('abort', leave);
  if (hasLeft) return;
  if (answer === undefined) reject(error);
  else resolve(answer);
}
