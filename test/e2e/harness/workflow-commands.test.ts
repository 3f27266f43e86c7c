import { describe, expect, test } from 'vitest';
import { parseBracketCommand, parseColonCommand, parseWorkflowOutput } from './workflow-commands.ts';

describe('a line with colons', () => {
  test('has a name, properties and a message, all unescaped', () => {
    expect(parseColonCommand('::error title=Two%2C parts%3A,file=a%25b::first%0Asecond%250A')).toEqual({
      command: 'error',
      properties: { title: 'Two, parts:', file: 'a%b' },
      message: 'first\nsecond%0A',
    });
  });

  test('may be indented, and may have no message', () => {
    expect(parseColonCommand('  \t::endgroup::')).toEqual({
      command: 'endgroup',
      properties: {},
      message: '',
    });
  });

  test('keeps further colons in the message', () => {
    expect(parseColonCommand('::notice::see A::B')?.message).toBe('see A::B');
  });

  test.each(['text ::error::x', '::unheard-of::x', '::error no end', ':: error::x', ''])(
    'is plain text otherwise: %j',
    (line) => {
      expect(parseColonCommand(line)).toBeUndefined();
    },
  );
});

describe('a line with brackets', () => {
  test('counts anywhere in the line', () => {
    expect(parseBracketCommand('it said ##[warning code=1;b=%3B]careful%0A!')).toEqual({
      command: 'warning',
      properties: { code: '1', b: ';' },
      message: 'careful\n!',
    });
  });

  test.each(['##[unheard-of]x', '##[error x', 'plain'])('is plain text otherwise: %j', (line) => {
    expect(parseBracketCommand(line)).toBeUndefined();
  });
});

describe('the output of a step', () => {
  test('is parted into commands and text', () => {
    const { commands, log } = parseWorkflowOutput('one\n::group::Work\r\ntwo\n::endgroup::\nthree\n');
    expect(commands.map(({ command }) => command)).toEqual(['group', 'endgroup']);
    expect(log).toBe('one\ntwo\nthree\n');
  });

  test('has no commands between a stop and its token', () => {
    const { commands, log } = parseWorkflowOutput(
      '::stop-commands::tok\n::error::kept\n::tok::\n::error::obeyed',
    );
    expect(commands.map(({ message }) => message)).toEqual(['tok', 'obeyed']);
    expect(log).toBe('::error::kept');
  });
});
