import type { Department as DepartmentCode } from '../schema/signed-context.ts';
import type { Department } from './kit/department.ts';
import { licensing } from './licensing/department.ts';
import { penalties } from './penalties/department.ts';
import { registry } from './registry/department.ts';
import { socialSecurity } from './social-security/department.ts';
import { tax } from './tax/department.ts';
import { utilities } from './utilities/department.ts';

/** Every department of the spine by its code. */
export const departments: Readonly<{ [Code in DepartmentCode]: Department<Code> }> = {
  registry,
  licensing,
  penalties,
  tax,
  'social-security': socialSecurity,
  utilities,
};
