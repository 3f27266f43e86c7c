import { setSecret } from '@actions/core';
import { jsonForms } from '../text.ts';
import { html } from './html.ts';

/** The smallest length of a redacted secret: shorter texts occur by chance. */
const shortest = 4;
/** The characters by which the start of a secret is recognized, and any part: a server may cut it, or break its lines. */
const telling = { start: 16, part: 20 } as const;

/** The secrets of a step. Redacts them in everything that the step writes, and makes the runner mask them. */
export class Secrets {
  /** The forms that are too short to have parts. */
  readonly #short = new Set<string>();
  /** The start of each longer form, and each of its parts. */
  readonly #parts = new Set<string>();

  /** Registers a secret, and makes the runner mask it, each line by itself: it masks line by line. */
  add(secret: string): void {
    const lines = secret.toWellFormed().split(/[\r\n]+/);
    for (const line of lines.flatMap(withPlainPart)) {
      if (line.trim() === '') continue;
      setSecret(line);
      if (line.length < shortest) continue;
      const encoded = base64Forms(line);
      for (const form of encoded) setSecret(form);
      for (const form of [line, ...jsonForms(line), ...addressForms(line), ...encoded]) {
        this.#know(form);
        // Laravel's tokens contain a `|`, which the markup escapes.
        this.#know(html`${form}`.markup);
      }
    }
  }

  #know(form: string): void {
    if (form.length < telling.part) this.#short.add(form);
    if (form.length >= telling.start) this.#parts.add(form.slice(0, telling.start));
    for (let end = telling.part; end <= form.length; end++)
      this.#parts.add(form.slice(end - telling.part, end));
  }

  /** Replaces every secret in a text, every start, and every longer part of one. */
  redact(text: string): string {
    let rest = text;
    for (const form of this.#short) rest = rest.replaceAll(form, '***');
    if (this.#parts.size === 0) return rest;
    let clean = '';
    let shown = 0;
    for (let end = telling.start; end <= rest.length; end++) {
      const has = (length: number) => end >= length && this.#parts.has(rest.slice(end - length, end));
      const known = [telling.part, telling.start].find(has);
      if (known === undefined) continue;
      const start = end - known;
      if (clean === '' || start > shown) clean += `${rest.slice(shown, start)}***`;
      shown = end;
    }
    return clean + rest.slice(shown);
  }
}

/** Adds the part of a token that is secret: Laravel writes the id of the token before it, such as `12|`. */
function withPlainPart(token: string): readonly string[] {
  const [, plain = ''] = /^\d+\|(.*)$/.exec(token) ?? [];
  return plain.length < telling.start ? [token] : [token, plain];
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
