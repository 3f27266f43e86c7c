import { afterEach, describe, expect, test } from 'vitest';
import { inputOf, readIdentity, readPinnedSpec, readSpec } from '../../src/actions/inputs/process.ts';
import { messageOf } from '../../src/failure.ts';
import { Inputs } from '../../src/runner/inputs.ts';

const set: string[] = [];

function inputsOf(given: Readonly<Record<string, string>>): Inputs {
  for (const [name, value] of Object.entries(given)) {
    const variable = `INPUT_${name.toUpperCase()}`;
    process.env[variable] = value;
    set.push(variable);
  }
  return new Inputs();
}

afterEach(() => {
  for (const variable of set.splice(0)) delete process.env[variable];
});

/** The problems with these inputs of a process. */
function problemsOf(given: Readonly<Record<string, string>>): string {
  const inputs = inputsOf(given);
  readSpec(inputs);
  try {
    inputs.done();
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

test('Other white space around a text is refused, but not around a number', () => {
  const problems = problemsOf({ queue: ' high\u00a0\n', connection: '\u3000redis', processes: '\u00a02 ' });
  for (const named of [
    'queue: contains an invisible character, \\u00a0 (no-break space), at position 5',
    'connection: contains an invisible character, \\u3000 (ideographic space), at position 1',
  ])
    expect(problems).toContain(`- ${named}`);
  expect(problems).not.toContain('processes');
});

test('Blanks, tabs and line breaks around a text are no part of it', () => {
  expect(problemsOf({ type: 'custom\n', command: '\tphp artisan horizon \r\n' })).toBe('');
});

describe('The options of a worker', () => {
  test('come from their own inputs and from config-json', () => {
    const json = { 'config-json': '{"connection": "redis", "tries": 3}' };
    const given = { queue: 'high, default', tries: '3', force: 'TRUE', processes: '2', ...json };
    expect(readSpec(inputsOf(given))).toEqual({
      type: 'worker',
      processes: 2,
      config: { queue: 'high,default', tries: 3, force: true, connection: 'redis' },
    });
    expect(problemsOf(given)).toBe('');
  });

  test('may stand in both, in another spelling of the same value', () => {
    const json = { 'config-json': '{"queue": "high,default", "connection": " redis", "force": true}' };
    const given = { queue: 'high, default', connection: 'redis', force: 'True', ...json };
    expect(problemsOf(given)).toBe('');
  });

  test('that differ between the two are named beside the other problems', () => {
    const json = { 'config-json': '{"queue": "low", "tries": 4, "memory": 128, "sleep": "long"}' };
    const problems = problemsOf({ queue: 'high\u200b', tries: '3', ...json });
    for (const named of ['config-json: memory: ', 'config-json: sleep: ', 'queue: contains'])
      expect(problems).toContain(`- ${named}`);
    expect(problems).toContain('- tries: is "3", and config-json has "4" for it; set it in one of the two');
  });

  test('are for a worker, and are named when there is none', () => {
    const custom = { type: 'custom', command: 'php artisan horizon' };
    expect(problemsOf({ ...custom, queue: 'high', 'config-json': '{}' })).toContain(
      '- config-json: is for type: worker; a custom process has only its command\n- queue: is for type: worker',
    );
  });

  test('that only say how it works are not asked for where a process is only to be found', () => {
    expect(readIdentity(inputsOf({ queue: 'high', tries: 'many' }), 'worker')).toEqual({
      type: 'worker',
      processes: undefined,
      config: { queue: 'high' },
    });
  });

  test('of a pinned worker are read, and a pinned command may keep its command', () => {
    expect(readPinnedSpec(inputsOf({ connection: 'sqs' }))).toMatchObject({ config: { connection: 'sqs' } });
    expect(readPinnedSpec(inputsOf({ connection: '', type: 'custom', processes: '3' }))).toEqual({
      type: 'custom',
      processes: 3,
      command: undefined,
    });
  });
});

test.each([
  ['config.queue', { queue: 'high' }, 'queue'],
  ['config.queue', { 'config-json': '{"queue": "high"}' }, 'config-json: queue'],
  ['config.queue', {}, 'config-json: queue'],
  ['config', { tries: '3' }, 'tries'],
  ['config', {}, 'config-json'],
  ['processes', {}, 'processes'],
  ['config.toString', {}, 'config-json: toString'],
])('a field of a request is named as the input that sets it: %s with %j is %s', (field, given, name) => {
  expect(inputOf(inputsOf(given), field)).toBe(name);
});

test.each([
  ['{"queue": "it\'s" "tries": 1}', 'is not valid JSON at character 18; write an object such as {"queue"'],
  ['high,default', 'is not valid JSON; write an object such as'],
  ['{"queue": "a", "que\\u0075e": "b"}', 'the key "queue" is there twice; remove one'],
])('config-json that is not JSON is told with what is wrong: %s', (json, why) => {
  expect(problemsOf({ 'config-json': json })).toContain(why);
});
