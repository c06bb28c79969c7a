import { checkBusinessRegistrationNo } from '../identifiers/business-registration-no.ts';
import type { IdentifierCheck } from '../identifiers/identifier.ts';
import { checkResidentId } from '../identifiers/resident-id.ts';
import { checkUscc } from '../identifiers/uscc.ts';
import { matching, onText, textScalar } from './text-scalar.ts';

// What is stored was judged at import, against the rules of its day; on the way out only the shape is looked at.

/** 统一社会信用代码. Masked: the first and last two characters kept. */
export const USCC = textScalar({
  name: 'USCC',
  parse: valid(checkUscc),
  print: onText(matching(/^[0-9A-Z]{18}$/)),
  masked: /^[0-9A-Z]{2}\*{14}[0-9A-Z]{2}$/,
});

/** 工商注册号. Masked: the first and last two digits kept. */
export const BusinessRegistrationNo = textScalar({
  name: 'BusinessRegistrationNo',
  parse: valid(checkBusinessRegistrationNo),
  print: onText(matching(/^\d{15}$/)),
  masked: /^\d{2}\*{11}\d{2}$/,
});

/** 公民身份号码. Masked: the first and last character kept. */
export const ResidentId = textScalar({
  name: 'ResidentId',
  parse: valid(checkResidentId),
  print: onText(matching(/^\d{17}[\dX]$/)),
  masked: /^\d\*{16}[\dX]$/,
});

function valid(check: (text: string) => IdentifierCheck): (text: string) => string | undefined {
  return (text) => {
    const verdict = check(text);
    return verdict.valid ? verdict.value : undefined;
  };
}
