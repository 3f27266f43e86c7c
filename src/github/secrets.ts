import { setSecret } from '@actions/core';

/** Shorter texts occur everywhere by chance, and no real token is that short. */
const shortest = 4;

/** Keeps secrets out of everything that the step writes, and tells the runner to mask them. */
export class Secrets {
  readonly #forms = new Set<string>();

  /** Registers a secret. Each of its lines counts by itself, as the runner masks line by line. */
  add(secret: string): void {
    for (const line of secret.split(/[\r\n]+/)) {
      if (line.trim() === '') continue;
      setSecret(line);
      if (line.length < shortest) continue;
      this.#forms.add(line);
      this.#forms.add(JSON.stringify(line).slice(1, -1));
      this.#forms.add(encodeURIComponent(line));
    }
  }

  /** The text with every secret in it replaced: a server may echo what it was sent. */
  redact(text: string): string {
    let clean = text;
    for (const form of this.#forms) clean = clean.replaceAll(form, '***');
    return clean;
  }
}
