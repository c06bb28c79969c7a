/** Names that plans give to variables of their own, and one that an object cannot hold as it holds others. */
const OWN = /^(?:representations$|contextualArgument_|__proto__$)/;

/** What the plan calls a client's variable: by its name, save where that is a name of the plan's own. */
export function planVariable(name: string, ownKey: string): string {
  return OWN.test(name) || name.startsWith(ownKey) ? `${ownKey}${name}` : name;
}

/** The client's name for a variable of a plan. */
export function clientVariable(name: string, ownKey: string): string {
  return name.startsWith(ownKey) ? name.slice(ownKey.length) : name;
}
