import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Example, examplesInDocumentation, pathOf, readDocument } from '../test/docs/documents.ts';
import type { CloudEnvironment } from '../test/emulator/cloud-records.ts';
import { seedShop } from '../test/emulator/seed.ts';
import { type Emulator, startEmulator } from '../test/emulator/server.ts';
import { type FakeGitHub, startFakeGitHub } from '../test/runner/fake-github.ts';
import { actionFolders } from './action-folders.ts';
import { fail, readArguments } from './arguments.ts';
import { fencesOf } from './fences.ts';
import { repository, root } from './repository.ts';

const {
  positionals: [only = ''],
} = readArguments({
  usage: "npm run check:act -- [<part of a document's path>]",
  help: `Runs every workflow of the documents as another runner does: with act (https://github.com/nektos/act), on this
machine and without containers, against an emulator. Prints each step with its result and what it has done, and fails
if a job ends otherwise than expected. act must be on the PATH: CONTRIBUTING.md says how to install it.`,
  unnamed: [0, 1],
});

/** The workflows that must fail here, with the reason. */
const red: Readonly<Record<string, string>> = {
  '.github/workflows/daily-check.yml': 'the worker of the file is not there',
};

/** The stand-ins for programs that would use the internet, or that only a GitHub runner has. */
const programs = {
  curl: 'case "$*" in */commit.txt*) echo "$GITHUB_SHA" ;; *) printf 200 ;; esac',
  gh: 'true',
  composer: 'true',
  php: 'true',
  npm: 'true',
};

/** The merged pull request of a push. */
const pull = { number: 7, merged_at: '2026-01-01T00:00:00Z', base: 'main' };

interface Job {
  readonly path: string;
  readonly text: string;
  readonly events: readonly string[];
  /** All files that the document shows. */
  readonly files: Readonly<Record<string, string>>;
}

const jobs = examplesInDocumentation()
  .filter(({ kind, where }) => kind === 'workflow' && where.includes(only))
  .map(jobOf);
const folders = await actionFolders();
const actions = actionsAlone();
let failed = false;
try {
  for (const job of jobs) await play(job);
} finally {
  rmSync(actions, { recursive: true });
}
process.exitCode = failed ? 1 : 0;

/** Copies the actions and `dist` into a separate folder, since act copies everything beside them. */
function actionsAlone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'actions-'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of folders) cpSync(join(root, name, 'action.yml'), join(folder, name, 'action.yml'));
  return folder;
}

function jobOf(example: Example): Job {
  const path = pathOf(example) ?? '.github/workflows/background-processes.yml';
  const triggers: unknown = parse(example.text).on;
  const named =
    typeof triggers === 'object' && triggers !== null ? Object.keys(triggers) : [String(triggers)];
  const order = ['pull_request', 'push', 'release', 'schedule', 'workflow_dispatch'];
  const events = order.filter((event) => named.includes(event));
  return { path, text: example.text, events, files: filesBeside(example) };
}

/** Returns the files that a document shows with their path in the first line. */
function filesBeside({ where }: Example): Record<string, string> {
  const document = where.replace(/:\d+$/, '');
  const shown = document.endsWith('.md') ? fencesOf(readDocument(document)) : [];
  const files = shown.flatMap(({ text }) => {
    const [, path] = /^# (\S+\.ya?ml)\n/.exec(text) ?? [];
    return path === undefined ? [] : [[path, text] as const];
  });
  return {
    '.github/background-processes.yml':
      'instances: { App: [{ type: worker, config: { queue: "high,default" } }] }',
    '.env.example': 'APP_KEY=',
    '.github/forge-processes.yml': 'servers: { worker-1: [{ command: php8.4 artisan horizon }] }',
    'apps/office/background-processes.yml': 'instances: { App: [{ type: worker }] }',
    ...Object.fromEntries(files),
  };
}

async function play({ path, text, events, files }: Job): Promise<void> {
  const [emulator, gitHub] = await Promise.all([startEmulator(), startFakeGitHub()]);
  const folder = mkdtempSync(join(tmpdir(), 'act-'));
  try {
    const production = layOut(emulator);
    const workspace = join(folder, 'shop');
    const commit = repositoryOf(workspace, { ...files, [path]: text }, emulator.url);
    for (const event of events) {
      // Merges the pull request whose plan the previous run has shown.
      if (event === 'push') gitHub.pulls.push({ ...pull, merge_commit_sha: commit });
      if (event === 'push' || event === 'release') emulator.cloud.push(production, { commitHash: commit });
      const before = emulator.requests.length;
      const run = await act(folder, workspace, path, event, emulator, gitHub);
      const writes = emulator.requests.slice(before).filter(({ method }) => method !== 'GET');
      const requests = emulator.requests.length - before;
      report(`${path} ${event}`, run, `${requests} requests, ${writes.length} of them writes`);
    }
  } finally {
    rmSync(folder, { recursive: true });
    await Promise.all([emulator.close(), gitHub.close()]);
  }
}

/** Sets up the environments, clusters, applications, servers and processes of the documents. Returns production. */
function layOut(emulator: Emulator): CloudEnvironment {
  const { application, environment, server, site } = seedShop(emulator);
  const { cloud, forge } = emulator;
  cloud.addInstance(environment, { name: 'workers', type: 'service' });
  for (const branch of ['staging', 'demo', 'feature-a', 'preview/7'])
    cloud.addInstance(cloud.addEnvironment(application, { name: branch.replace('/', '-'), branch }));
  const office = cloud.addApplication({ name: 'office', repository: 'acme/office' });
  cloud.addInstance(cloud.addEnvironment(office, { name: 'production', branch: 'main' }));
  const directory = '/home/forge/shop.example/current';
  const queue = 'queue:work redis';
  const web = [queue, 'horizon', 'octane:start', 'reverb:start', 'inertia:start-ssr'];
  const others = { 'web-2': web, 'worker-1': [queue] };
  const servers = Object.entries(others).map(([name, commands]) => {
    const at = forge.addServer('acme', { name });
    return { at, on: forge.addSite(at, { name: 'shop.example' }), commands };
  });
  for (const { at, on, commands } of [{ at: server, on: site, commands: web }, ...servers])
    for (const command of commands)
      forge.addProcess(at, { command: `php8.4 artisan ${command}`, directory, siteId: Number(on.id) });
  return environment;
}

/** Makes a repository with these files, in which the steps of our actions use the emulator. Returns its commit. */
function repositoryOf(workspace: string, files: Readonly<Record<string, string>>, url: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), reaching(text, url));
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: workspace, encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  git('add', '--all');
  git('-c', 'user.name=act', '-c', 'user.email=act@example.com', 'commit', '--quiet', '--message', 'Try');
  return git('rev-parse', 'HEAD').trim();
}

/**
 * Changes a workflow: its steps use the emulator, and watch for seconds instead of minutes. act 0.2.89 does not know
 * `parallel`, so parallel steps run one after the other.
 */
function reaching(text: string, url: string): string {
  return text
    .replace(/^( *)- parallel:\n((?:\1 {4}.*\n)+)/gm, (_, _indent, steps: string) =>
      steps.replace(/^ {4}/gm, ''),
    )
    .replace(/^( +)token: .*$/gm, (line, indent: string) => `${line}\n${indent}api-url: ${url}`)
    .replace(/^( +stable-for:) \d+$/gm, '$1 12');
}

interface ActRun {
  readonly exitCode: number;
  readonly output: string;
}

async function act(
  folder: string,
  workspace: string,
  path: string,
  event: string,
  { token }: Emulator,
  { url }: FakeGitHub,
): Promise<ActRun> {
  const bin = programsIn(join(folder, 'bin'));
  const payload = join(folder, 'event.json');
  writeFileSync(payload, JSON.stringify(payloadOf(event)));
  const secrets = ['LARAVEL_CLOUD_TOKEN', 'FORGE_API_TOKEN'].map((name) => `${name}=${token}`);
  const hooks = ['LARAVEL_CLOUD_DEPLOY_HOOK', 'FORGE_DEPLOY_HOOK'].map(
    (name) => `${name}=https://hook.example`,
  );
  const args = [
    event,
    ...['--workflows', path, '--eventpath', payload, '--no-cache-server'],
    ...['ubuntu-latest', 'self-hosted'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...['--local-repository', `${repository}@v1=${actions}`, '--env', `GITHUB_API_URL=${url}`],
    ...[...secrets, ...hooks, 'GITHUB_TOKEN=token-of-the-workflow'].flatMap((each) => ['--secret', each]),
  ];
  const PATH = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter);
  return await new Promise((resolve) => {
    const env = { ...process.env, PATH, HOME: folder, GITHUB_API_URL: url };
    execFile('act', args, { cwd: workspace, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number')
        fail('act is not installed; CONTRIBUTING.md says how.');
      resolve({ exitCode: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

function programsIn(bin: string): string {
  mkdirSync(bin, { recursive: true });
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/usr/bin/env bash\n${body}\n`, { mode: 0o755 });
  return bin;
}

function payloadOf(event: string): object {
  const repo = { full_name: 'acme/shop' };
  const known: Readonly<Record<string, object>> = {
    pull_request: {
      action: 'opened',
      number: 7,
      pull_request: {
        number: 7,
        head: { ref: 'feature-a', sha: 'a'.repeat(40), repo },
        base: { ref: 'main', repo },
      },
    },
    release: { action: 'published', release: { tag_name: 'v1.0.0' } },
    schedule: { schedule: '0 20 * * *' },
  };
  return { repository: repo, ...known[event] };
}

/**
 * Returns each step with its mark and the headline of its summary, which act prints after the step. Jobs run in
 * parallel.
 */
function stepsIn(output: string): string[] {
  const steps: string[] = [];
  const last = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [, job = '', text = ''] = /^\[(.*?)\] +(.*)$/.exec(line) ?? [];
    const [, mark, name] = /^(✅|❌) +(?:Success|Failure) - Main (.*?) \[/.exec(text) ?? [];
    if (name !== undefined) last.set(job, steps.push(`${mark} ${name}`) - 1);
    const [, headline] = /Summary - <h3>(.*?)<\/h3>/.exec(text) ?? [];
    const index = last.get(job);
    if (headline === undefined || index === undefined) continue;
    steps[index] += `: ${headline.replace(/<[^>]*>/g, '')}`;
  }
  return steps;
}

function report(run: string, { exitCode, output }: ActRun, what: string): void {
  const steps = stepsIn(output);
  const path = run.split(' ')[0] ?? '';
  const reason = red[path];
  const asExpected = (exitCode === 0) === (reason === undefined);
  const because = reason === undefined ? '' : ` (${reason})`;
  console.log(`${asExpected ? 'as expected' : 'UNEXPECTED '}  ${run}: exit ${exitCode}, ${what}${because}`);
  for (const step of steps) console.log(`    ${step}`);
  if (asExpected) return;
  failed = true;
  console.log(output.replace(/^/gm, '    | '));
}
