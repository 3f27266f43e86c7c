import { setSecret } from '@actions/core';
import { jsonForms } from '../text.ts';
import { html } from './html.ts';

/** The smallest length of a redacted secret: shorter texts occur by chance. */
const shortest = 4;
/** The number of characters that identify the beginning of a secret: a server may echo only a part of the secret. */
const tellingStart = 16;

/** The secrets of a step. Redacts them in everything that the step writes, and makes the runner mask them. */
export class Secrets {
  readonly #forms = new Set<string>();

  /**
   * Registers a secret, and makes the runner mask it. Each line counts as a separate secret, since the runner masks
   * line by line.
   */
  add(secret: string): void {
    const lines = secret.toWellFormed().split(/[\r\n]+/);
    for (const line of lines.flatMap(withPlainPart)) {
      if (line.trim() === '') continue;
      setSecret(line);
      if (line.length < shortest) continue;
      const encoded = base64Forms(line);
      for (const form of encoded) setSecret(form);
      for (const form of [line, ...jsonForms(line), ...addressForms(line), ...encoded]) {
        this.#forms.add(form);
        // Laravel's tokens contain a `|`, which the markup escapes.
        this.#forms.add(html`${form}`.markup);
      }
    }
  }

  /** Replaces every secret in a text, whole or cut off, since a server may echo the token. */
  redact(text: string): string {
    let clean = text;
    for (const form of this.#forms) clean = clean.replaceAll(form, '***');
    for (const form of this.#forms) clean = withoutStart(clean, form);
    return clean;
  }
}

/** Adds the part of a token that is secret: Laravel writes the id of the token before it, such as `12|`. */
function withPlainPart(token: string): readonly string[] {
  const [, plain = ''] = /^\d+\|(.*)$/.exec(token) ?? [];
  return plain.length < tellingStart ? [token] : [token, plain];
}

/** Returns the forms of a secret in a URL: some servers escape fewer characters, some in lower case. */
function addressForms(secret: string): readonly string[] {
  const forms = [encodeURIComponent(secret), encodeURI(secret)];
  return forms.flatMap((form) => [form, form.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]);
}

/**
 * Returns the forms of a secret inside a longer base64 text, such as `user:secret`. Three bytes become four characters,
 * so the form depends on the number of bytes before the secret. Each form holds only characters that come from the
 * secret alone.
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

/** Replaces a cut-off secret in a text. */
function withoutStart(text: string, secret: string): string {
  if (secret.length <= tellingStart) return text;
  const [before = '', ...rest] = text.split(secret.slice(0, tellingStart));
  return rest.reduce((clean, part) => `${clean}***${part.slice(sharedLength(part, secret))}`, before);
}

/**
 * Returns the number of characters in which a text continues like the secret after its first `tellingStart` characters.
 */
function sharedLength(text: string, secret: string): number {
  let length = 0;
  while (length < text.length && text[length] === secret[tellingStart + length]) length++;
  return length;
}
