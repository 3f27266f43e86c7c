import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workflowText } from '../test/docs/check-workflow.ts';
import { type Example, examplesInDocumentation, ownWorkflows, pathOf } from '../test/docs/documents.ts';
import { fail, readArguments } from './arguments.ts';
import { root } from './repository.ts';

readArguments({
  usage: 'npm run check:workflows',
  help: `Runs actionlint and zizmor on the workflows of this repository, and on those in the documents, which people copy.
Both must be on the PATH: .github/linters/install.sh <folder> installs them into <folder>/bin.`,
});

const copies = await mkdtemp(join(tmpdir(), 'workflows-'));

try {
  const examples = await Promise.all(examplesInDocumentation().map(writeExample));
  const own = ownWorkflows().map(({ where }) => join(root, where));
  const config = join(root, '.github/zizmor.yml');
  const passed = [
    lint('actionlint', [...own, ...examples.filter(isKnownToActionlint)]),
    lint('zizmor', ['--quiet', '--pedantic', '--offline', '--config', config, root, copies]),
  ];
  if (passed.includes(false)) process.exitCode = 1;
  else console.log(`${own.length} workflows and ${examples.length} examples pass actionlint and zizmor.`);
} finally {
  await rm(copies, { recursive: true });
}

/**
 * True if actionlint 1.7.12 knows the syntax of a file: it does not know `parallel`. GitHub's parser
 * (test/docs/workflows.test.ts) and zizmor do.
 */
function isKnownToActionlint(file: string): boolean {
  return !/^ *- parallel:/m.test(readFileSync(file, 'utf8'));
}

/** Writes an example into the repository of its document: the workflows of one document may call each other. */
async function writeExample(example: Example): Promise<string> {
  const [document = '', line = '1'] = example.where.split(':');
  const file = join(copies, document, pathOf(example) ?? `.github/workflows/line-${line}.yml`);
  await mkdir(dirname(file), { recursive: true });
  await mkdir(join(copies, document, '.git'), { recursive: true });
  await writeFile(file, workflowText(example));
  return file;
}

function lint(program: string, args: readonly string[]): boolean {
  try {
    // zizmor warns in each run that it reads `parallel`, which it supports.
    const env = { ...process.env, RUST_LOG: 'error' };
    execFileSync(program, args, { cwd: root, stdio: 'inherit', env });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      fail(
        `${program} is not installed. Install it with .github/linters/install.sh, as CONTRIBUTING.md says`,
      );
    return false;
  }
}
