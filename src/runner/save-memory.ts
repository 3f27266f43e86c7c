/**
 * Tells V8 to collect garbage before its heap grows, and not after. Measured: 1,000 creates take 105 MiB instead of 130,
 * 5,000 take 120 instead of 256.
 */
export function saveMemory(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--optimize-for-size');
}
