import { setSecret } from '@actions/core';
import { html } from './html.ts';

/** Shorter texts occur everywhere by chance, and no real token is that short. */
const shortest = 4;
/** So much of a secret's beginning gives it away: texts are cut, and a cut may go through a secret. */
const tellingStart = 16;

/** Keeps secrets out of everything that the step writes, and tells the runner to mask them. */
export class Secrets {
  readonly #forms = new Set<string>();

  /** Registers a secret. Each of its lines counts by itself, as the runner masks line by line. */
  add(secret: string): void {
    for (const line of secret.split(/[\r\n]+/)) {
      if (line.trim() === '') continue;
      setSecret(line);
      if (line.length < shortest) continue;
      for (const form of [line, JSON.stringify(line).slice(1, -1), encodeURIComponent(line)]) {
        this.#forms.add(form);
        // Tokens of Laravel hold a `|`, which markup spells otherwise.
        this.#forms.add(html`${form}`.markup);
      }
    }
  }

  /** The text with every secret in it replaced, whole or cut off: a server may echo what it was sent. */
  redact(text: string): string {
    let clean = text;
    for (const form of this.#forms) clean = clean.replaceAll(form, '***');
    for (const form of this.#forms) clean = withoutStart(clean, form);
    return clean;
  }
}

/** The text without what begins like the secret and was cut off. */
function withoutStart(text: string, secret: string): string {
  if (secret.length <= tellingStart) return text;
  const [before = '', ...rest] = text.split(secret.slice(0, tellingStart));
  return rest.reduce((clean, part) => `${clean}***${part.slice(sharedLength(part, secret))}`, before);
}

/** How far a text goes on as the secret does after its telling start. */
function sharedLength(text: string, secret: string): number {
  let length = 0;
  while (length < text.length && text[length] === secret[tellingStart + length]) length++;
  return length;
}
