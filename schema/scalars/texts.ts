import type { GraphQLScalarType } from 'graphql';
import { matching, onText, textScalar } from './text-scalar.ts';

// Free text: the masked forms of shared.graphql are texts of the same kind, so they need no pattern of their own.
// The forms are for what a client gives. What was filed is served as it was filed, 无 for an e-mail address or an address in two
// lines: a department that gave up such a value would be missing from every answer about its subject.

/** 证件号码 of any kind. Masked: the first and last character kept. */
export const IdDocumentNo = freeText('IdDocumentNo', /^[^\p{Cc}]{1,64}$/u);
/** 主体名称. Masked: the first character and two asterisks. */
export const SubjectName = freeText('SubjectName', /^[^\p{Cc}]{1,200}$/u);
/** 自然人姓名. Masked: the surname and two asterisks. */
export const PersonName = freeText('PersonName', /^[^\p{Cc}]{1,100}$/u);
/** 电话号码. Masked: `138****1234`. */
export const Phone = freeText('Phone', /^[^\p{Cc}\p{Script=Latin}]{1,64}$/u);
/** 电子邮箱. Masked: `a***@example.cn`. */
export const Email = freeText('Email', /^[^\p{Cc}\s@]{1,64}@[^\p{Cc}\s@]{1,255}$/u);
/** 地址. Masked: kept down to district or street, then `****`. */
export const Address = freeText('Address', /^[^\p{Cc}]{1,500}$/u);
/** 账号. Masked: the last four characters kept. */
export const AccountNo = freeText('AccountNo', /^[^\p{Cc}]{1,64}$/u);

function freeText(name: string, form: RegExp): GraphQLScalarType<string, string> {
  return textScalar({ name, parse: (text) => matching(form)(text.trim()), print: onText((text) => text) });
}
