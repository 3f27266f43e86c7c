import * as v from 'valibot';
import type { TransportResponse } from './transport.ts';

/** JSON nested deeper than this is refused: the APIs' deepest answers need less than ten levels. */
const maxDepth = 40;

/** Why an answer could not be read, in a few words that fit after "the answer". */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
}

/** The body as the schema's output. Throws `Undecodable`. */
export function decode<const S extends v.GenericSchema>(
  response: TransportResponse,
  schema: S,
): v.InferOutput<S> {
  const json = parse(response);
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Undecodable(`does not have the expected shape (at ${whyUnfit(issue)})`);
}

/** Where an answer departs from a schema, and how: `data.id: expected string, found 5`. */
export function whyUnfit(issue: v.BaseIssue<unknown>): string {
  const { expected, received } = issue;
  // Text is not repeated: it may be a secret that a server echoes, and a part of one is not recognized.
  const found = received === 'undefined' ? 'nothing' : received.startsWith('"') ? 'text' : received;
  return `${v.getDotPath(issue) ?? 'its root'}: expected ${expected ?? 'something else'}, found ${found}`;
}

/** For a call whose answer holds nothing of use. Throws `Undecodable` for a login or error page sent as a success. */
export function expectNoPage({ body, headers }: TransportResponse): void {
  const text = body.trim();
  // An empty answer often carries a framework's default content type, text/html.
  if (text !== '' && isHtml(text, headers['content-type'])) throw new Undecodable('is an HTML page');
}

/** The body's JSON, whatever its shape. Throws `Undecodable`. */
export function parse({ body, headers }: TransportResponse): unknown {
  const text = body.trim();
  if (text === '') throw new Undecodable('is empty');
  if (isHtml(text, headers['content-type'])) throw new Undecodable('is an HTML page instead of JSON');
  if (isTooDeep(text)) throw new Undecodable(`is nested more than ${maxDepth} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Undecodable('is not JSON, or was cut off');
  }
}

function isHtml(text: string, contentType = ''): boolean {
  return contentType.includes('text/html') || text.startsWith('<');
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const character = json.charCodeAt(i);
    if (inString) {
      if (character === backslash) i++;
      else if (character === quote) inString = false;
    } else if (character === quote) inString = true;
    else if (character === openBrace || character === openBracket) {
      if (++depth > maxDepth) return true;
    } else if (character === closeBrace || character === closeBracket) depth--;
  }
  return false;
}

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
