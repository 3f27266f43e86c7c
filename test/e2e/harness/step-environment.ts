import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ActionOptions } from './run-action.ts';

export const FAKE_GITHUB_TOKEN = 'ghs_fakeTokenOfTheWorkflow0123456789';

export interface StepFolders {
  /** The folder of all others, unless the workspace exists already. */
  base: string;
  workspace: string;
  output: string;
  summary: string;
  env: string;
  path: string;
  state: string;
  event: string;
}

/** Creates the files of the runner for a step: the command files, the workspace and the event. */
export function prepareFolders({
  workspace: given,
  files = {},
  event = {},
}: Pick<ActionOptions, 'workspace' | 'files' | 'event'>): StepFolders {
  const base = mkdtempSync(join(tmpdir(), 'step-'));
  const commandFiles = join(base, 'file-commands');
  const workspace = given ?? join(base, 'workspace');
  for (const folder of [commandFiles, workspace]) mkdirSync(folder, { recursive: true });
  const folders: StepFolders = {
    base,
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
  writeFileSync(folders.event, JSON.stringify(event));
  for (const [name, content] of Object.entries(files)) {
    const file = join(workspace, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folders;
}

export function removeFolders({ base }: StepFolders): void {
  rmSync(base, { recursive: true, force: true });
}

/**
 * Returns the variables of a runner that an action or its libraries read. Of the caller's environment, the step gets only
 * `PATH`, `HOME` and `TMPDIR`.
 */
export function runnerEnvironment(
  folders: StepFolders,
  extra: Record<string, string>,
): Record<string, string> {
  const env: Record<string, string> = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_PATH: folders.event,
    GITHUB_REF_NAME: 'main',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '1001',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_WORKSPACE: folders.workspace,
    GITHUB_OUTPUT: folders.output,
    GITHUB_STEP_SUMMARY: folders.summary,
    GITHUB_ENV: folders.env,
    GITHUB_PATH: folders.path,
    GITHUB_STATE: folders.state,
  };
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}
