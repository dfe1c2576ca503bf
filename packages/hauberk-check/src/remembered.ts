/**
 * The same function, asked once for each program, module, function or view: a hundred rules ask the same. What it said is
 * forgotten with what it was asked about.
 *
 * @example const callsByName = remembered((program: Program) => collectCalls(program));
 */
export function remembered<Key extends WeakKey, Answer>(ask: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new WeakMap<Key, { readonly answer: Answer }>();
  return (key) => {
    let known = answers.get(key);
    if (known === undefined) {
      known = { answer: ask(key) };
      answers.set(key, known);
    }
    return known.answer;
  };
}
