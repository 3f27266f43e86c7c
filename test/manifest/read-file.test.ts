import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readWorkspaceFile } from '../../src/manifest/file.ts';
import { maxManifestBytes } from '../../src/manifest/read.ts';

let base: string;
let workspace: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'manifest-')));
  workspace = join(base, 'workspace');
  mkdirSync(join(workspace, 'folder'), { recursive: true });
  writeFileSync(join(workspace, 'folder', 'm.yml'), 'a: 1');
  writeFileSync(join(base, 'secret.yml'), 'secret');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const found = { text: 'a: 1', file: 'folder/m.yml' };
const outside = { why: 'is outside the workspace' };

describe('A manifest is read from the workspace only', () => {
  test('a link that stays inside keeps the name that was given', () => {
    symlinkSync('folder/m.yml', join(workspace, 'link.yml'));
    expect(readWorkspaceFile(workspace, 'link.yml')).toEqual({ text: 'a: 1', file: 'link.yml' });
  });

  test('a workspace that is reached through a link is the same place', () => {
    symlinkSync(workspace, join(base, 'alias'));
    for (const path of ['folder/m.yml', join(workspace, 'folder/m.yml')])
      expect(readWorkspaceFile(join(base, 'alias'), path)).toEqual(found);
  });

  test('a path, a link or a linked folder that leads out is refused, whether something is there or not', () => {
    symlinkSync(join(base, 'secret.yml'), join(workspace, 'out.yml'));
    symlinkSync(base, join(workspace, 'up'));
    mkdirSync(`${workspace}-other`);
    writeFileSync(`${workspace}-other/m.yml`, 'a: 1');
    const there = ['../secret.yml', join(base, 'secret.yml'), 'out.yml', 'up/secret.yml'];
    const missing = ['../other.yml', '../../etc/none.yml', join(base, 'none.yml'), 'up/secrets.yml'];
    for (const path of [...there, ...missing, '../workspace-other/m.yml'])
      expect(readWorkspaceFile(workspace, path)).toEqual(outside);
  });

  test('a file that is called almost so is told', () => {
    writeFileSync(join(workspace, 'folder', 'background-processes.yaml'), 'a: 1');
    expect(readWorkspaceFile(workspace, 'folder/background-processes.yml')).toEqual({
      why: 'is not there. Did you mean "folder/background-processes.yaml"?',
    });
    expect(readWorkspaceFile(workspace, './folder/backgroundprocess.yml')).toEqual({
      why: 'is not there. Did you mean "./folder/background-processes.yaml"?',
    });
    expect(readWorkspaceFile(workspace, 'background-processes.yml')).toEqual({
      why: 'is not there; is the path right, and has actions/checkout run before this step?',
    });
  });

  test('a link to nothing is told as such, and not as a near miss of itself', () => {
    symlinkSync('none.yml', join(workspace, 'link.yml'));
    expect(readWorkspaceFile(workspace, 'link.yml')).toEqual({
      why: 'is a symbolic link to a file that is not there',
    });
  });

  test('what is missing, a folder, too large or no text is refused', () => {
    writeFileSync(join(workspace, 'large.yml'), '#'.repeat(maxManifestBytes + 1));
    writeFileSync(join(workspace, 'binary.yml'), Buffer.from([0xff, 0xfe, 0x00]));
    const why = (path: string) => {
      const read = readWorkspaceFile(workspace, path);
      return 'why' in read ? read.why : '';
    };
    expect(why('none.yml')).toContain('actions/checkout');
    expect(why('folder/m.yml/x')).toContain('is not there');
    expect(why('folder')).toBe('is not a file');
    expect(why('large.yml')).toContain('may have 262144 at most');
    expect(why('binary.yml')).toBe('is not UTF-8 text');
    expect(why('a\0b')).toContain('cannot be read');
  });
});
