import type { GraphQLScalarType } from 'graphql';
import { BusinessRegistrationNo, ResidentId, USCC } from './identifiers.ts';
import { Count, Money, Percentage, Quantity } from './numbers.ts';
import { AccountNo, Address, Email, IdDocumentNo, PersonName, Phone, SubjectName } from './texts.ts';
import { DateScalar, DateTime, Month } from './times.ts';

/**
 * Every scalar of schema/shared.graphql by name, as resolvers for a department's executable schema.
 * All travel as text, so that a mask can stand in for any of them.
 */
export const scalars: Readonly<Record<string, GraphQLScalarType<string, string>>> = {
  USCC,
  BusinessRegistrationNo,
  ResidentId,
  IdDocumentNo,
  Date: DateScalar,
  Month,
  DateTime,
  Money,
  Count,
  Quantity,
  Percentage,
  SubjectName,
  PersonName,
  Phone,
  Email,
  Address,
  AccountNo,
};
