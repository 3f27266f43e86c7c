import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const FAKE_GITHUB_TOKEN = 'ghs_fakeTokenOfTheWorkflow0123456789';

export interface StepFolders {
  temp: string;
  workspace: string;
  output: string;
  summary: string;
  env: string;
  path: string;
  state: string;
  event: string;
}

/** Creates the files of the runner for a step: the command files, the workspace and the event. */
export function prepareFolders(options: {
  workspace: string | undefined;
  files: Record<string, string>;
  event: object;
}): StepFolders {
  const base = mkdtempSync(join(tmpdir(), 'step-'));
  const commandFiles = join(base, 'file-commands');
  const temp = join(base, 'temp');
  const workspace = options.workspace ?? join(base, 'workspace');
  for (const folder of [commandFiles, temp, workspace]) mkdirSync(folder, { recursive: true });
  const folders: StepFolders = {
    temp,
    workspace,
    output: join(commandFiles, 'output'),
    summary: join(commandFiles, 'summary'),
    env: join(commandFiles, 'env'),
    path: join(commandFiles, 'path'),
    state: join(commandFiles, 'state'),
    event: join(base, 'event.json'),
  };
  for (const file of [folders.output, folders.summary, folders.env, folders.path, folders.state]) {
    writeFileSync(file, '');
  }
  writeFileSync(folders.event, JSON.stringify(options.event));
  for (const [name, content] of Object.entries(options.files)) {
    const file = join(workspace, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folders;
}

export function removeFolders(folders: StepFolders): void {
  rmSync(dirname(folders.temp), { recursive: true, force: true });
}

/** Returns the variables of a runner. Of the caller's environment, the step gets only `PATH`, `HOME` and `TMPDIR`. */
export function runnerEnvironment(
  folders: StepFolders,
  options: { event: object; extra: Record<string, string> },
): Record<string, string> {
  const env: Record<string, string> = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: 'pull_request' in options.event ? 'pull_request' : 'push',
    GITHUB_EVENT_PATH: folders.event,
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_JOB: 'deploy',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1001',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_WORKFLOW: 'deploy',
    GITHUB_WORKSPACE: folders.workspace,
    GITHUB_OUTPUT: folders.output,
    GITHUB_STEP_SUMMARY: folders.summary,
    GITHUB_ENV: folders.env,
    GITHUB_PATH: folders.path,
    GITHUB_STATE: folders.state,
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'test',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.temp,
  };
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...options.extra };
}
