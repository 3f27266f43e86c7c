import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fail, readArguments } from './arguments.ts';

const { positionals } = readArguments({
  usage: 'npm run where -- index.js:1:2345',
  help: 'Shows the code that a position of dist was made of, as a stack trace names it. Build that version first.',
  unnamed: [1, 1],
});

const [, file, line, column] = /([\w-]+\.js):(\d+):(\d+)/.exec(positionals[0] ?? '') ?? [];
if (file === undefined) fail('Write the position as a stack trace does: index.js:1:2345');
const text = readFileSync(new URL(`../build/maps/${file}.map`, import.meta.url), 'utf8');
const map = new SourceMap(JSON.parse(text));
const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
if (!('originalLine' in entry)) fail(`Nothing of the sources is at ${positionals[0]}`);

// The line, with the lines before it that name the function.
const { originalLine: at } = entry;
const [source = ''] = map.payload.sourcesContent;
const lines = source.split('\n').slice(Math.max(0, at - 12), at + 3);
for (const [index, code] of lines.entries()) console.log(`${index === Math.min(12, at) ? '>' : ' '} ${code}`);
