import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf } from '../../scripts/fences.ts';
import { REPOSITORY_ROOT } from '../e2e/harness/run-action.ts';
import { unlessWindows } from '../e2e/harness/unless-windows.ts';
import { examplesInDocumentation, markdownFiles, pathOf, readDocument } from './documents.ts';
import { runScript, type ScriptRun } from './script.ts';
import { stepsOf } from './steps.ts';

const examples = examplesInDocumentation();
const workflows = examples.filter(({ kind }) => kind === 'workflow');
const recipes = markdownFiles().filter((path) => path.startsWith('docs/recipes/'));

/** The scripts of all steps in the documents that contain these words, each once. */
function scriptsWith(words: string): string[] {
  const scripts = examples.flatMap((example) => stepsOf(example).flatMap(({ run }) => run ?? []));
  return [...new Set(scripts.filter((script) => script.includes(words)))];
}

describe('the workflows and recipes in the documents', () => {
  /** A workflow that takes the place of another one has its path; docs/README.md says so. */
  const shared = ['.github/workflows/background-processes.yml', '.github/workflows/forge-deploy.yml'];

  test('name their file, each another one, unless they take the place of each other', () => {
    const paths = workflows.filter(({ where }) => where.includes('.md:')).map((each) => pathOf(each) ?? '');
    expect(paths).not.toContain('');
    const alone = paths.filter((path) => !shared.includes(path));
    expect(alone).toEqual([...new Set(alone)]);
    for (const path of shared) expect(readDocument('docs/README.md')).toContain(path.split('/').at(-1));
  });

  test('can each be found from the map', () => {
    const map = readDocument('docs/README.md');
    for (const path of recipes) expect(map).toContain(`(${path.slice('docs/'.length)})`);
  });
});

test('the first example of the README changes nothing', () => {
  expect(examples.slice(0, 1).flatMap(stepsOf)).toMatchObject([{ with: { 'dry-run': true } }]);
});

test('the configuration of zizmor that readers get is the one that checks the examples', () => {
  const [shown] = fencesOf(readDocument('docs/pinning.md')).filter(({ text }) => text.includes('zizmor.yml'));
  const ours = parse(readFileSync(join(REPOSITORY_ROOT, '.github/zizmor.yml'), 'utf8'));
  expect(parse(shown?.text ?? '').rules['unpinned-uses']).toEqual(ours.rules['unpinned-uses']);
});

describe('the step that calls a deploy hook', () => {
  const answers = createServer((request, response) => {
    response.writeHead(Number(request.url?.slice(1, 4)), { Location: '/200' }).end();
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => answers.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
  });
  afterAll(() => answers.close());

  const scripts = scriptsWith('"$HOOK');
  const call = (script: string, HOOK: string) => runScript(script, { HOOK, GITHUB_SHA: 'f'.repeat(40) });

  unlessWindows('is green when the hook accepts', async () => {
    expect(scripts).toHaveLength(2);
    for (const script of scripts)
      for (const status of ['200', '201', '204'])
        expect(await call(script, `${url}/${status}`)).toMatchObject({ exitCode: 0, output: '' });
  });

  unlessWindows('is red for a redirect, an error, a dead host and a missing secret', async () => {
    for (const script of scripts) {
      for (const status of ['302', '404', '500'])
        expect(await call(script, `${url}/${status}`)).toMatchObject({
          exitCode: 1,
          output: `::error::The deploy hook answered ${status}. Is its address still valid?\n`,
        });
      for (const dead of ['http://127.0.0.1:9/hook', ''])
        expect((await call(script, dead)).exitCode, dead).toBeGreaterThan(0);
    }
  });
});

describe('the step that waits for a commit', () => {
  const ours = 'a'.repeat(40);
  const older = 'b'.repeat(40);
  const newer = 'c'.repeat(40);
  const scripts = scriptsWith('/commit.txt');

  /** Each request gets the next answer, and the last one for ever; `-` is a host that does not answer. */
  const wait = (script: string, answers: readonly string[], gh = 'true'): Promise<ScriptRun> =>
    runScript(
      script,
      { GITHUB_SHA: ours, GITHUB_REPOSITORY: 'acme/shop', SERVER: 'web-1' },
      {
        curl: `${nextOf(answers)}\n[ "$answer" = - ] && exit 7\nprintf %s "$answer"`,
        gh: `case "$*" in *"...${newer}"*) state=ahead ;; *) state=behind ;; esac\n${gh}\necho "$state"`,
        // Six tries tell as much as ninety.
        seq: 'echo 1 2 3 4 5 6',
        sleep: '',
      },
    );
  const asked = ({ calls }: ScriptRun) => calls.filter((call) => call.startsWith('gh ')).length;

  unlessWindows('is green once the commit answers', async () => {
    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      const run = await wait(script, [older, '-', '<html>', ours]);
      expect(run).toMatchObject({ exitCode: 0, output: '' });
      expect(asked(run)).toBe(1);
    }
  });

  unlessWindows('is green once a newer push answers in its place', async () => {
    for (const script of scripts)
      expect(await wait(script, [older, newer])).toMatchObject({
        exitCode: 0,
        output: `A newer push is live already: ${newer}\n`,
      });
  });

  unlessWindows('is red if only an older commit answers, or nothing', async () => {
    for (const script of scripts)
      for (const answer of [older, '-']) {
        const run = await wait(script, [answer]);
        expect(run.exitCode).toBe(1);
        expect(run.output).toMatch(/^::error::Neither a{40} nor a newer commit answers/m);
        expect(asked(run)).toBeLessThanOrEqual(1);
      }
  });

  unlessWindows('asks GitHub again if it does not answer', async () => {
    const once = `${nextOf(['-', ''])}\n[ "$answer" = - ] && exit 1`;
    for (const script of scripts) expect(await wait(script, [newer], once)).toMatchObject({ exitCode: 0 });
  });
});

describe('the issue of the daily check', () => {
  const [script = ''] = scriptsWith('gh issue');
  const check = async (RED: string, open: string) => {
    const gh = `case "$*" in *list*) echo "${open}" ;; esac`;
    const { exitCode, calls } = await runScript(script, { RED, TITLE: 'T', RUN: 'R' }, { gh });
    return [exitCode, ...calls.slice(1).map((call) => call.split(' ').slice(0, 3).join(' '))];
  };

  unlessWindows('is opened once, and closed when all is well', async () => {
    expect(await check('true', '')).toEqual([0, 'gh issue create']);
    expect(await check('true', '7')).toEqual([0]);
    expect(await check('false', '7')).toEqual([0, 'gh issue close']);
    expect(await check('false', '')).toEqual([0]);
  });
});

describe('the canary', () => {
  const [canary] = fencesOf(readDocument('docs/running.md')).filter(({ language }) => language === 'php');
  const text = canary?.text ?? '';

  test('brings no imports, which the file that it is added to may have already', () => {
    expect(text).toContain('queue:canary');
    expect(text).not.toMatch(/^use /m);
  });

  test.runIf(spawnSync('php', ['--version']).status === 0)('parses', () => {
    expect(spawnSync('php', ['-l'], { input: `<?php\n${text}`, encoding: 'utf8' }).stdout).toContain(
      'No syntax errors',
    );
  });
});

/** Lines of bash that set `answer` to the next of these, and to the last one for ever. */
function nextOf(answers: readonly string[]): string {
  return `n=$(($(cat "$0.count" 2>/dev/null || echo 0) + 1))
echo "$n" > "$0.count"
list=(${answers.map((answer) => `'${answer}'`).join(' ')})
last=$((\${#list[@]} - 1))
answer=\${list[$((n - 1 < last ? n - 1 : last))]}`;
}
