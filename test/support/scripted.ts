/** Gives its values one after the other, and the last one from then on. */
export function scripted<T>(...values: readonly [T, ...T[]]): () => T {
  let calls = 0;
  return () => values[Math.min(calls++, values.length - 1)] ?? values[0];
}
