import { expect, test } from 'vitest';
import { parseFileCommands } from './file-commands.ts';

test('a line is a name and a value, which may hold more equals signs and arrows', () => {
  expect(parseFileCommands('a=1\n\nb=x=y\nc=p<<q\nd=\n')).toEqual({ a: '1', b: 'x=y', c: 'p<<q', d: '' });
});

test('a block goes on to its delimiter, whatever it holds', () => {
  expect(parseFileCommands('a<<EOF_1\nx=1\nb<<EOF_2\n\nEOF_1\nb<<E\nlast\nE\n')).toEqual({
    a: 'x=1\nb<<EOF_2\n',
    b: 'last',
  });
});

test('an empty block is an empty value, and the last one of a name counts', () => {
  expect(parseFileCommands('a=1\na<<E\nE\n')).toEqual({ a: '' });
});

test.each(['just text', '=value', 'a<<EOF\nnever ends', '<<EOF\nx\nEOF', 'a<<\nx\n'])(
  '%j fails the step',
  (content) => {
    expect(() => parseFileCommands(content)).toThrow(/command file/);
  },
);
