import { describe, expect, test } from 'vitest';
import { environmentFrom, whyAsleep } from '../../src/cloud/environment.ts';

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
  const environment = environmentWith({
    environment_variables: [
      { key: 'APP_KEY', value: 'base64:abcdefgh' },
      { key: 'db_password', value: 'base64:abcdefgh-and-more' },
      { key: 'DEPLOY_KEY', value: '-----BEGIN-----\nline-of-a-key\n-----END-----' },
      { key: 'APP_NAME', value: 'a long name of a shop' },
      { key: 'SHORT_TOKEN', value: 'abc1234' },
      { key: 'ODD_TOKEN', value: 7 },
      null,
    ],
  });

  test('is shown without the values of variables that look like secrets, the longest first', () => {
    expect(environment.redact('base64:abcdefgh-and-more base64:abcdefgh line-of-a-key')).toBe('*** *** ***');
  });

  test('keeps what is no secret, and what is too short to be one', () => {
    expect(environment.redact('a long name of a shop abc1234')).toBe('a long name of a shop abc1234');
  });

  test('cannot be had from the environment by accident', () => {
    expect(JSON.stringify(environment)).not.toContain('abcdefgh');
  });
});

test.each([
  ['hibernating', 'is hibernating'],
  ['stopped', 'is stopped'],
])('nothing runs in an environment that is %s', (status, why) => {
  expect(whyAsleep(environmentWith({ status }))).toContain(why);
});

test.each(['running', 'deploying', 'something new', undefined])(
  'an environment whose status is %s is awake',
  (status) => {
    expect(whyAsleep(environmentWith({ status, uses_hibernation: true }))).toBeUndefined();
  },
);
