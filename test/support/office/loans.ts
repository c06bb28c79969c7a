import type { Random } from '../../../cli/sample/random.ts';
import { callerOf, cityInstant, type Draft, draft } from './draft.ts';
import { anySubject, type Office, type Staff } from './people.ts';
import type { OfficeDay } from './routine.ts';

/** A loan, and the authorization its bank reads by. */
export interface Loan {
  matter: string;
  authorization: string;
  subject: string;
  banker: Staff;
}

export interface EndedLoan extends Loan {
  endedOn: string;
  /** Closed by its bank, or else revoked by the subject. */
  closed: boolean;
}

/** Loans of the city's banks as the days go by. */
export interface LoanBook {
  open: Loan[];
  ended: EndedLoan[];
  /** What banks look at on a day, what is closed and revoked included. */
  dayOf(today: OfficeDay): Draft[];
}

/** A book of loans that lives on `random`. */
export function loanBook(random: Random, office: Office): LoanBook {
  let number = 1;
  const book: LoanBook = { open: [], ended: [], dayOf: (today) => office.bankers.flatMap((banker) => bankerDay(banker, today)) };

  function bankerDay(banker: Staff, { day, working }: OfficeDay): Draft[] {
    if (!working || random.chance(0.07)) return [];
    return Array.from({ length: random.poisson(banker.pace) }, () => {
      const at = cityInstant(day, 9 + 8 * random.fraction());
      if (random.chance(0.04) || ofBank(banker).length === 0) return apply(banker, { day, at });
      const loan = pick(ofBank(banker));
      // Ends in the evening: whoever looks by it today looks before.
      return random.chance(0.02) ? end(loan, { day, at: cityInstant(day, 18.5) }) : post(loan, at);
    });
  }

  function ofBank({ organization }: Staff): Loan[] {
    return book.open.filter((loan) => loan.banker.organization === organization).slice(-60);
  }

  function pick(loans: readonly Loan[]): Loan {
    return loans[random.whole(0, loans.length - 1)] as Loan;
  }

  function apply(banker: Staff, { day, at }: { day: string; at: number }): Draft {
    const loan = {
      matter: `信易贷〔${day.slice(0, 4)}〕${number}号`,
      authorization: `A-${number++}`,
      subject: anySubject(random, office),
      banker,
    };
    book.open.push(loan);
    const told = { purpose: 'LOAN_PRE', matter: loan.matter, authorizations: [loan.authorization], asked: [loan.subject] };
    return draft(at, callerOf(banker), told);
  }

  function end(loan: Loan, { day, at }: { day: string; at: number }): Draft {
    book.open.splice(book.open.indexOf(loan), 1);
    const closed = random.chance(0.6);
    book.ended.push({ ...loan, endedOn: day, closed });
    const caller = closed
      ? callerOf(loan.banker)
      : { actor: 'SUBJECT' as const, organization: loan.subject, subject: loan.subject };
    const act = closed
      ? ({ kind: 'LOAN_ATTESTED_CLOSED', object: loan.matter } as const)
      : ({ kind: 'AUTHORIZATION_REVOKED', object: loan.authorization } as const);
    return draft(at, caller, { purpose: closed ? 'LOAN_POST' : 'SELF_QUERY', decision: 'ACTED', act });
  }

  return book;
}

/** A look by a loan, whether it is open or not. */
export function post(loan: Loan, at: number): Draft {
  const { matter, authorization, subject, banker } = loan;
  return draft(at, callerOf(banker), { purpose: 'LOAN_POST', matter, authorizations: [authorization], asked: [subject] });
}
