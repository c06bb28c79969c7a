import type { ImportCategory } from './kit/import/category.ts';
import { licenses } from './licensing/import/licenses.ts';
import { penalties } from './penalties/import/penalties.ts';
import { officers } from './registry/import/officers.ts';
import { registrations } from './registry/import/registrations.ts';
import { socialSecurity } from './social-security/import/social-security.ts';
import { taxCategories } from './tax/import/tax.ts';
import { utilityCategories } from './utilities/import/utilities.ts';

/** Every kind of file that can be imported; the registry's first, so that old numbers resolve for those after it. */
export const IMPORT_CATEGORIES: readonly ImportCategory[] = [
  registrations,
  officers,
  licenses,
  penalties,
  ...taxCategories,
  socialSecurity,
  ...utilityCategories,
];

/** The category of a name (`licenses`, `tax-payments`, …), or undefined. */
export function importCategory(name: string): ImportCategory | undefined {
  return IMPORT_CATEGORIES.find((category) => category.name === name);
}
