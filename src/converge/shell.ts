/** A command with its options, without preparing programs such as `env`: `php`, `artisan`, `queue:work`, `--once`. */
export type Words = readonly string[];

/** The end of a command; undefined if unknown. */
export type Fate = 'stays' | 'ends' | undefined;

/**
 * Returns the fate of a line of shell: it stays, ends, or is unknown. `fateOf` returns the fate of a single command. A
 * line ends when its last command ends or goes into the background. Loops, conditions and substitutions are unknown.
 */
export function fateOfLine(line: string, fateOf: (command: Words) => Fate): Fate {
  const tokens = tokensOf(line);
  return tokens && fateOfList(tokens, fateOf);
}

/** An operator, or a word with its quotation marks. */
type Token = string;

/** Captured, to be skipped: blanks, and redirections with the file that they name. Then operators, then words. */
const pattern =
  /([ \t]|(?:\d*|&)[<>]{1,2}(?:&\d+-?|[ \t]*(?:[^\s"'\\;&|()<>]|"[^"]*"|'[^']*')+))|&&|\|\|?&?|;|&|\(|\)|\n|(?:[^\s"'\\;&|()<>]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gsy;

/** Splits a line into tokens; undefined if it contains other syntax. */
function tokensOf(line: string): readonly Token[] | undefined {
  if (/`|\$\(|<</.test(line)) return undefined;
  const matches = [...line.matchAll(pattern)];
  if (matches.reduce((sum, [text]) => sum + text.length, 0) < line.length) return undefined;
  return matches.flatMap(([token, skipped]) => (skipped === undefined ? [token] : []));
}

function fateOfList(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const parts = split(tokens, ['&&', '||', ';', '&', '\n']);
  const last = parts.findLast(({ tokens: some }) => some.length > 0);
  if (last?.end === '&') return 'ends';
  if (tokens.some((token) => /^(while|until|for|if|case|wait)$/.test(token))) return undefined;
  const fates = parts
    .filter(({ end, tokens: some }) => end !== '&' && some.length > 0)
    .map((part) => fateOfPipeline(part.tokens, fateOf));
  // Nothing runs after a command that stays.
  return fates.includes('stays') ? 'stays' : fates.at(-1);
}

/** Returns the fate of a pipeline, which runs as long as the longest of its commands. */
function fateOfPipeline(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const fates = split(tokens, ['|', '|&']).map(({ tokens: some }) => fateOfCommand(some, fateOf));
  return fates.includes('stays') ? 'stays' : fates.find((fate) => fate === 'ends');
}

function fateOfCommand(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const isGroup = (open: Token, close: Token): boolean => tokens[0] === open && tokens.at(-1) === close;
  if (isGroup('(', ')') || isGroup('{', '}')) return fateOfList(tokens.slice(1, -1), fateOf);
  if (tokens.some((token) => /^[&|;()\n]/.test(token))) return undefined;
  const words = prepared(tokens.map(unquoted));
  const script = begins(words, /^(.*\/)?(ba|da|z)?sh$/) ? scriptIn(words) : undefined;
  return script === undefined ? fateOf(words) : fateOfLine(script, fateOf);
}

/** Splits at operators outside parentheses and braces. Each part has the operator that ends it. */
function split(tokens: readonly Token[], operators: readonly Token[]) {
  let part: { readonly tokens: Token[]; end?: Token } = { tokens: [] };
  const parts = [part];
  let depth = 0;
  for (const token of tokens) {
    if (token === '(' || token === '{') depth++;
    if (token === ')' || token === '}') depth--;
    if (depth === 0 && operators.includes(token)) {
      part.end = token;
      part = { tokens: [] };
      parts.push(part);
    } else part.tokens.push(token);
  }
  return parts;
}

/** Programs that run another one in their place. */
const preparing = /^(.*\/)?(exec|env|nohup|nice|ionice|stdbuf|sudo|time|command)$/;

/** Removes variables and preparing programs from the start of a command. */
function prepared(words: Words): Words {
  let rest = words;
  while (begins(rest, /^\w+=/) || begins(rest, preparing)) {
    const isProgram = begins(rest, preparing);
    rest = rest.slice(1);
    while (isProgram && begins(rest, /^-/)) rest = rest.slice(begins(rest, /^-[nuco]$/) ? 2 : 1);
  }
  return rest;
}

/** True if the first word matches. */
export function begins(words: Words, first: RegExp): boolean {
  return words.slice(0, 1).some((word) => first.test(word));
}

function scriptIn(words: Words): string | undefined {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at === -1 ? undefined : words[at + 1];
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single, double, escaped) => single ?? escaped ?? double.replace(/\\(["\\$`])/g, '$1'),
  );
}
