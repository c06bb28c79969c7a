import type { Catalogue } from '../schema/classification.ts';
import type { AuthorizationTemplate } from './authorization-template.ts';
import type { PolicyFault } from './fault.ts';
import type { PurposeSource } from './policy-source.ts';

/** What makes templates unfit for their purposes and the schema, or for one another. */
export function templateFaults(
  templates: readonly AuthorizationTemplate[],
  purposes: readonly PurposeSource[],
  catalogue: Catalogue,
): PolicyFault[] {
  return [
    ...templates.flatMap((template) => unfit(template, purposes, catalogue).map((message) => faultOf(template, message))),
    ...templates.flatMap((template, index) =>
      clashes(template, templates.slice(0, index)).map((message) => faultOf(template, message)),
    ),
  ];
}

/** By its version: two of one template stand in two files, whatever these are called. */
function faultOf({ id, version }: AuthorizationTemplate, message: string): PolicyFault {
  return { at: 'authorization-templates', message: `${id} ${version}: ${message}` };
}

function unfit(
  { purpose, scope, effective }: AuthorizationTemplate,
  purposes: readonly PurposeSource[],
  catalogue: Catalogue,
): string[] {
  const faults: string[] = [];
  const known = purposes.filter(({ code }) => code === purpose);
  if (known.length === 0) faults.push(`there is no purpose ${purpose}`);
  else if (known.every(({ authorized }) => authorized.length === 0)) faults.push(`${purpose} opens nothing by authorization`);
  if (effective.to !== undefined && effective.to < effective.from) faults.push('effective.to is before effective.from');
  for (const field of scope.fields ?? []) {
    const entry = catalogue.get(field);
    if (entry === undefined) faults.push(`the schema has no ${field}`);
    else if (!scope.categories.includes(entry.category)) faults.push(`${field} is of none of the categories`);
  }
  return faults;
}

function clashes(template: AuthorizationTemplate, earlier: readonly AuthorizationTemplate[]): string[] {
  return earlier
    .filter(({ id }) => id === template.id)
    .flatMap((other) => {
      if (other.version === template.version) return [`version ${template.version} is there twice`];
      const apart =
        (other.effective.to !== undefined && other.effective.to < template.effective.from) ||
        (template.effective.to !== undefined && template.effective.to < other.effective.from);
      return apart ? [] : [`is in force on the same day as version ${other.version}`];
    });
}
