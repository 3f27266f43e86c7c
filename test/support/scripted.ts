/** Returns a function that returns the values one after the other, then the last one again and again. */
export function scripted<T>(...values: readonly [T, ...T[]]): () => T {
  let calls = 0;
  return () => values[Math.min(calls++, values.length - 1)] as T;
}
