import type { Step } from '../../runner/step.ts';

/** Whether the plan goes into a comment on the pull request, and with which token of GitHub. */
export interface Commenting {
  readonly comment: boolean;
  readonly token: string;
}

/** Reads `comment` and `github-token`. */
export function readCommenting({ inputs, secrets }: Step): Commenting {
  const comment = inputs.flag('comment', false);
  const token = inputs.text('github-token') ?? '';
  if (token !== '') secrets.add(token);
  if (comment && token === '') {
    inputs.problem('github-token', 'is empty, and comment: true needs it; leave it out to use the job’s own');
  }
  return { comment, token };
}
