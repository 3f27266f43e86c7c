/** A command with its options, without preparing programs such as `env`: `php`, `artisan`, `queue:work`, `--once`. */
export type Words = readonly string[];

export type Fate = 'stays' | 'ends' | 'unknown';

/**
 * Returns the fate of a line of shell: it stays, ends, or is unknown. `fateOf` returns the fate of a single command. A
 * line ends when its last command ends or goes into the background. Loops, conditions and substitutions are unknown.
 */
export function fateOfLine(line: string, fateOf: (command: Words) => Fate): Fate {
  const tokens = tokensOf(line);
  return tokens === undefined ? 'unknown' : fateOfList(tokens, fateOf);
}

interface Token {
  readonly kind: 'word' | 'operator';
  readonly text: string;
}

/** Redirections with the file that they name, operators, words with their quotation marks. */
const pattern =
  /(?<skip>[ \t]+|(?:\d*|&)[<>]{1,2}(?:&\d+-?|[ \t]*(?:[^\s"'\\;&|()<>]|"[^"]*"|'[^']*')+))|(?<operator>&&|\|\|?&?|;|&|\(|\)|\n)|(?<word>(?:[^\s"'\\;&|()<>]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gsy;

/** Splits a line into tokens; undefined if it contains other syntax. */
function tokensOf(line: string): readonly Token[] | undefined {
  if (/`|\$\(|<</.test(line)) return undefined;
  const matches = [...line.matchAll(pattern)];
  if (matches.reduce((sum, [text]) => sum + text.length, 0) < line.length) return undefined;
  return matches.flatMap(({ groups }): Token[] => {
    if (groups?.['operator'] !== undefined) return [{ kind: 'operator', text: groups['operator'] }];
    return groups?.['word'] === undefined ? [] : [{ kind: 'word', text: groups['word'] }];
  });
}

function fateOfList(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const parts = split(tokens, ['&&', '||', ';', '&', '\n']);
  const last = parts.findLast(({ tokens: some }) => some.length > 0);
  if (last === undefined) return 'unknown';
  if (last.end === '&') return 'ends';
  if (tokens.some(({ kind, text }) => kind === 'word' && /^(while|until|for|if|case|wait)$/.test(text)))
    return 'unknown';
  const fates = parts
    .filter(({ end, tokens: some }) => end !== '&' && some.length > 0)
    .map((part) => fateOfPipeline(part.tokens, fateOf));
  // Nothing runs after a command that stays.
  return fates.includes('stays') ? 'stays' : (fates.at(-1) ?? 'unknown');
}

/** Returns the fate of a pipeline, which runs as long as the longest of its commands. */
function fateOfPipeline(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const fates = split(tokens, ['|', '|&']).map(({ tokens: some }) => fateOfCommand(some, fateOf));
  return fates.includes('stays') ? 'stays' : fates.includes('ends') ? 'ends' : 'unknown';
}

function fateOfCommand(tokens: readonly Token[], fateOf: (command: Words) => Fate): Fate {
  const [first, ...others] = tokens;
  const isGroup = (open: string, close: string): boolean =>
    first?.text === open && tokens.at(-1)?.text === close;
  if (isGroup('(', ')') || isGroup('{', '}')) return fateOfList(others.slice(0, -1), fateOf);
  if (tokens.some(({ kind }) => kind === 'operator')) return 'unknown';
  const words = prepared(tokens.map(({ text }) => unquoted(text)));
  const script = /^(.*\/)?(ba|da|z)?sh$/.test(words[0] ?? '') ? scriptIn(words) : undefined;
  return script === undefined ? fateOf(words) : fateOfLine(script, fateOf);
}

/** Splits at operators outside parentheses and braces. Each part has the operator that ends it. */
function split(tokens: readonly Token[], operators: readonly string[]) {
  const parts: { tokens: Token[]; end: string | undefined }[] = [{ tokens: [], end: undefined }];
  let depth = 0;
  for (const token of tokens) {
    const { kind, text } = token;
    if (text === '(' || text === '{') depth++;
    if (text === ')' || text === '}') depth--;
    const part = parts.at(-1);
    if (part === undefined) continue;
    if (depth === 0 && kind === 'operator' && operators.includes(text)) {
      part.end = text;
      parts.push({ tokens: [], end: undefined });
    } else part.tokens.push(token);
  }
  return parts;
}

/** Programs that run another one in their place. */
const preparing = /^(.*\/)?(exec|env|nohup|nice|ionice|stdbuf|sudo|time|command)$/;

/** Removes variables and preparing programs from the start of a command. */
function prepared(words: Words): Words {
  let rest = words;
  while (/^\w+=/.test(rest[0] ?? '') || preparing.test(rest[0] ?? '')) {
    const isProgram = preparing.test(rest[0] ?? '');
    rest = rest.slice(1);
    while (isProgram && /^-/.test(rest[0] ?? '')) rest = rest.slice(/^-[nuco]$/.test(rest[0] ?? '') ? 2 : 1);
  }
  return rest;
}

function scriptIn(words: Words): string | undefined {
  const at = words.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word));
  return at === -1 ? undefined : words[at + 1];
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single, double, escaped) => single ?? escaped ?? double.replace(/\\(["\\$`])/g, '$1'),
  );
}
