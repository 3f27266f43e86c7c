import { expect, test } from 'vitest';
import { expectNoToken } from './expect-clean.ts';
import { type StepRun, startAction } from './run-action.ts';
import { prepareFolders, removeFolders, runnerEnvironment } from './step-environment.ts';

test('nothing of the environment of the tests comes along', () => {
  process.env['LARAVEL_CLOUD_TOKEN'] = 'of the developer';
  const folders = prepareFolders({});
  try {
    const env = runnerEnvironment(folders, { https_proxy: 'http://127.0.0.1:9' });
    expect(env).not.toHaveProperty('LARAVEL_CLOUD_TOKEN');
    expect(env).toMatchObject({ https_proxy: 'http://127.0.0.1:9', PATH: process.env['PATH'] });
  } finally {
    removeFolders(folders);
    delete process.env['LARAVEL_CLOUD_TOKEN'];
  }
});

test('an input that action.yml does not declare is refused', () => {
  expect(() => startAction({ action: '.', inputs: { tokn: 'x' } })).toThrow('declares no input named tokn');
});

const text = 'has s3cret-token in it';
const clean = {
  stdout: '::add-mask::s3cret-token\n',
  stderr: '',
  summary: '',
  outputs: {},
  state: {},
  env: {},
};

test.each<[string, Partial<StepRun>]>([
  ['stdout', { stdout: text }],
  ['stderr', { stderr: text }],
  ['outputs', { outputs: { a: text } }],
  ['summary', { summary: text }],
  ['state', { state: { a: text } }],
])('a token in %s is found, and a masked one is not', (place, shown) => {
  expectNoToken(clean as StepRun, 's3cret-token');
  expect(() => expectNoToken({ ...clean, ...shown } as StepRun, 's3cret-token')).toThrow(
    `The token shows in: ${place}`,
  );
});
