/** What is made of an object that never changes, once for as long as it lives. */
export function oncePer<Key extends object, Made>(make: (of: Key) => Made): (of: Key) => Made {
  const all = new WeakMap<Key, { made: Made }>();
  return (of) => {
    const known = all.get(of);
    if (known !== undefined) return known.made;
    const made = make(of);
    all.set(of, { made });
    return made;
  };
}
