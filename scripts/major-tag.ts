import { execFileSync, spawnSync } from 'node:child_process';

/** Moves a tag of the remote forward to a commit that descends from the tag's commit. Refuses every other move. */
export function moveTag(root: string, tag: string, commit: string): string {
  if (!/^v\d+$/.test(tag)) throw new Error(`"${tag}" is not a tag that moves, such as v1`);
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const ref = `refs/tags/${tag}`;
  const [now = ''] = git('ls-remote', 'origin', ref).split(/\s/);
  if (now === commit) return `${tag} is at ${commit} already`;
  if (now !== '') {
    git('fetch', '--quiet', '--no-tags', 'origin', now);
    const { status } = spawnSync('git', ['merge-base', '--is-ancestor', now, commit], { cwd: root });
    if (status !== 0) throw new Error(`${tag} is at ${now}, which ${commit} does not follow`);
  }
  // The remote refuses the push if somebody has moved the tag since it was read.
  git('push', '--quiet', `--force-with-lease=${ref}:${now}`, 'origin', `${commit}:${ref}`);
  return `${tag} is at ${commit} now`;
}
