import type { Api, TokenSource } from '../../http/hints.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Step, Workflow } from '../../runner/step.ts';

/** The connection to an API, from the inputs that every action has. */
export interface Connection {
  readonly service: Api;
  readonly token: string;
  readonly apiUrl: URL;
  /** Milliseconds for one request. */
  readonly requestTimeout: number;
}

/** Reads `token`, `api-url`, `request-timeout` and `summary`. */
export function readConnection(step: Step, service: Api): Connection {
  const { inputs } = step;
  const token = readToken(step, service.token);
  if (!inputs.flag('summary', true)) step.withoutSummary();
  return {
    service,
    token,
    apiUrl: inputs.apiUrl('api-url', service.apiUrl),
    requestTimeout: inputs.seconds('request-timeout', { min: 0.1, max: 3600 }, 30),
  };
}

/** Reads the API token from the input `token`, else from the environment variables, and masks it at once. */
function readToken({ inputs, environment, workflow, secrets }: Step, source: TokenSource): string {
  const given = [inputs.text('token'), ...source.variables.map((name) => environment[name]?.trim())];
  const token = given.find((value) => value !== undefined && value !== '') ?? '';
  if (token === '') {
    inputs.problem('token', whyEmpty(source, workflow));
    return '';
  }
  const isText = source.variables.includes(token) || /^\$|\{\{/.test(token);
  // A short name is no secret, and masking it would hide it in the message.
  if (!isText || !/^[\w${}. ]{1,60}$/.test(token)) secrets.add(token);
  if (isText)
    inputs.problem('token', `is the name of a secret, or an expression; write ${expressionFor(source)}`);
  else checkCharacters(inputs, 'token', token);
  return token;
}

/** Returns false, and notes a problem, for a token that no HTTP header can hold. */
export function checkCharacters(inputs: Inputs, name: string, token: string): boolean {
  const isSendable = /^[\x21-\x7e]+$/.test(token);
  if (!isSendable)
    inputs.problem(name, 'holds white space or characters that no token has; copy it again, as one line');
  return isSendable;
}

function expressionFor({ variables: [variable] }: TokenSource): string {
  return `\${{ secrets.${variable} }}`;
}

function whyEmpty(source: TokenSource, { pullRequest, actor }: Workflow): string {
  if (pullRequest?.fromFork === true) {
    return (
      'is empty: this pull request comes from a fork, and GitHub gives such runs no secrets. Skip the step for forks ' +
      '("if: github.event.pull_request.head.repo.full_name == github.repository"), and let it run after the merge. ' +
      'Do not use pull_request_target with a checkout of the fork’s code: that hands your secrets to it'
    );
  }
  if (actor === 'dependabot[bot]') {
    return `is empty: runs started by Dependabot get only Dependabot secrets; add the token there, or skip the step for them`;
  }
  return `is empty. Create a token ${source.origin}, store it as a repository secret, and pass it as token: ${expressionFor(source)} or as the environment variable ${source.variables[0]}`;
}
