import { describe, expect, test } from 'vitest';
import { environmentFrom, environmentOf, whyAsleep } from '../../src/cloud/environment.ts';

function environmentWith(attributes: Partial<Parameters<typeof environmentFrom>[0]['attributes']>) {
  const unset = {
    slug: undefined,
    status: undefined,
    uses_hibernation: undefined,
    uses_push_to_deploy: undefined,
    environment_variables: undefined,
  };
  return environmentFrom({ id: 'env-1', attributes: { name: 'production', ...unset, ...attributes } });
}

describe('the log of an application', () => {
  const environment = () =>
    environmentWith({
      environment_variables: [
        { key: 'APP_KEY', value: 'base64:abcdefgh' },
        { key: 'db_password', value: 'base64:abcdefgh-and-more' },
        { key: 'DEPLOY_KEY', value: '-----BEGIN-----\nline-of-a-key\n-----END-----' },
        { key: 'APP_NAME', value: 'a long name of a shop' },
        { key: 'SHORT_TOKEN', value: 'abc1234' },
        { key: 'PADDED_TOKEN', value: '  abcd  ' },
        { key: 'LONG_TOKEN', value: 'xyz12345' },
        { key: 'SPACED_SECRET', value: ' in-white-space\t' },
        { key: 'DATABASE_URL', value: 'mysql://u:"p"@h/shop' },
        { key: 'ODD_TOKEN', value: 7 },
        null,
      ],
    });

  test('is shown without the values of variables that look like secrets, the longest first', () => {
    const text = 'base64:abcdefgh-and-more base64:abcdefgh line-of-a-key xyz12345 in-white-space';
    expect(environment().redact(text)).toBe('*** *** *** *** ***');
  });

  test('is shown without them in lines of JSON, too', () => {
    const url = 'mysql://u:"p"@h/shop';
    const php = JSON.stringify(url).replaceAll('/', String.raw`\/`);
    expect(environment().redact(`${url} ${JSON.stringify(url)} ${php}`)).toBe('*** "***" "***"');
  });

  test('keeps what is no secret, and what is too short to be one', () => {
    const text = 'a long name of a shop abc1234   abcd  ';
    expect(environment().redact(text)).toBe(text);
  });
});

const asleep = (status: string, end: string) =>
  `the environment production is ${status}: nothing runs there until ${end}`;

test.each([
  ['hibernating', asleep('hibernating', 'a request wakes it')],
  ['stopped', asleep('stopped', 'somebody starts it')],
  ['running', undefined],
  ['something new', undefined],
  [undefined, undefined],
])('in an environment whose status is %s nothing runs, or it is awake: %s', (status, why) => {
  expect(whyAsleep(environmentWith({ status, uses_hibernation: true }))).toBe(why);
});

test.each([true, false, undefined])('an environment is as Laravel Cloud reports it: %s', (told) => {
  expect(environmentWith({ uses_hibernation: told })).toMatchObject({
    ...{ hibernates: told === true, deploysOnPush: false },
  });
  expect(environmentWith({ uses_push_to_deploy: told })).toMatchObject({
    ...{ hibernates: false, deploysOnPush: told === true },
  });
});

test('of an environment nothing may be known but its id', () => {
  const unknown = environmentOf('env-1');
  expect(unknown).toMatchObject({ id: 'env-1', name: 'env-1', hibernates: false, deploysOnPush: false });
  expect(unknown.redact('a text')).toBe('a text');
});
