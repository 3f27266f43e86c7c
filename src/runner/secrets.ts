import { setSecret } from '@actions/core';
import { html } from './html.ts';

/** Shorter texts occur everywhere by chance, and no real token is that short. */
const shortest = 4;
/** A server may cut what it echoes: this many characters are enough to recognise the beginning of a secret. */
const tellingStart = 16;

/** Keeps secrets out of everything that the step writes, and tells the runner to mask them. */
export class Secrets {
  readonly #forms = new Set<string>();

  /** Registers a secret, and has the runner mask it. Each line is a secret of its own, as the runner masks by lines. */
  add(secret: string): void {
    for (const line of secret.toWellFormed().split(/[\r\n]+/)) {
      if (line.trim() === '') continue;
      setSecret(line);
      if (line.length < shortest) continue;
      const encoded = base64Forms(line);
      for (const form of encoded) setSecret(form);
      for (const form of [line, ...jsonForms(line), ...addressForms(line), ...encoded]) {
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

/** A secret inside of a JSON text: PHP escapes slashes, too. */
function jsonForms(secret: string): readonly string[] {
  const form = JSON.stringify(secret).slice(1, -1);
  return [form, form.replaceAll('/', '\\/')];
}

/** A secret inside of an address: some escape less, some in lower case. */
function addressForms(secret: string): readonly string[] {
  const forms = [encodeURIComponent(secret), encodeURI(secret)];
  return forms.flatMap((form) => [form, form.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]);
}

/**
 * A secret as it shows inside of something longer that is in base64, such as `user:secret`: three bytes become four
 * characters, so what it looks like depends on how many bytes are before it. Only characters that are its own are given.
 */
function base64Forms(secret: string): Set<string> {
  const forms = new Set<string>();
  for (const before of [0, 1, 2]) {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    for (const alphabet of ['base64', 'base64url'] as const) {
      const form = bytes.toString(alphabet).slice(start, end);
      if (form.length >= shortest) forms.add(form);
    }
  }
  return forms;
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
