import type { Inputs } from '../../runner/inputs.ts';
import type { Secrets } from '../../runner/secrets.ts';
import type { Workflow } from '../../runner/workflow.ts';

export interface TokenSource {
  /** The environment variables that stand in for an empty input, the first that is set before the others. */
  readonly variables: readonly [string, ...string[]];
  /** Where the reader gets a token from: `in Laravel Cloud, under …`. */
  readonly origin: string;
}

/** The API token from the `token` input, else from the environment. It is masked before anything else happens. */
export function readToken(
  inputs: Inputs,
  source: TokenSource,
  environment: NodeJS.ProcessEnv,
  workflow: Workflow,
  secrets: Secrets,
): string {
  const given = [inputs.text('token'), ...source.variables.map((name) => environment[name]?.trim())];
  const token = given.find((value) => value !== undefined && value !== '') ?? '';
  if (token === '') {
    inputs.problem('token', whyEmpty(source, workflow));
    return '';
  }
  secrets.add(token);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    inputs.problem('token', 'holds white space or characters that no token has; copy it again, as one line');
  }
  return token;
}

function whyEmpty({ variables: [variable], origin }: TokenSource, { pullRequest, actor }: Workflow): string {
  if (pullRequest?.fromFork === true) {
    return (
      'is empty: this pull request comes from a fork, and GitHub gives such runs no secrets. Skip the step for forks ' +
      '(if: github.event.pull_request.head.repo.full_name == github.repository), and let it run after the merge. ' +
      'Do not use pull_request_target with a checkout of the fork’s code: that hands your secrets to it'
    );
  }
  if (actor === 'dependabot[bot]') {
    return `is empty: runs started by Dependabot get only Dependabot secrets; add the token there, or skip the step for them`;
  }
  return `is empty: make a token ${origin}, store it as a repository secret, and pass it as token: \${{ secrets.${variable} }} or as the environment variable ${variable}`;
}
