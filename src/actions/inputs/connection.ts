import { Calm, type Runtime } from '../../converge/look.ts';
import { HttpClient } from '../../http/client.ts';
import type { Api, TokenSource } from '../../http/hints.ts';
import { defaultLimits, maxConcurrency, openTransport } from '../../http/transport.ts';
import type { Inputs } from '../../runner/inputs.ts';
import type { Secrets } from '../../runner/secrets.ts';
import type { Step } from '../../runner/step.ts';
import type { Workflow } from '../../runner/workflow.ts';
import { quoted } from '../../text.ts';
import { Deadline } from '../../time.ts';

/** How to reach the API, from the inputs that every action has. */
export interface Connection {
  readonly service: Api;
  readonly token: string;
  readonly apiUrl: URL;
  /** Milliseconds. */
  readonly requestTimeout: number;
}

export { maxConcurrency };

/** Reads `token`, `api-url`, `request-timeout` and `summary`. */
export function readConnection(
  { inputs, secrets, environment, workflow, withoutSummary }: Step,
  service: Api,
): Connection {
  const token = readToken(inputs, service.token, environment, workflow, secrets);
  if (!inputs.flag('summary', true)) withoutSummary();
  return {
    service,
    token,
    apiUrl: inputs.apiUrl('api-url', service.apiUrl),
    requestTimeout: inputs.seconds('request-timeout', { min: 0.1, max: 3600 }, 30),
  };
}

/** Opens a client, and closes its connections when the body is done, so that the process can end. */
export async function withClient<T>(
  step: Step,
  connection: Connection,
  body: (client: HttpClient) => Promise<T>,
): Promise<T> {
  const { service, token, apiUrl, requestTimeout } = connection;
  const transport = await openTransport({
    origin: apiUrl,
    environment: step.environment,
    first: step.connection,
    connections: maxConcurrency,
    ...defaultLimits,
    connectTimeout: Math.min(defaultLimits.connectTimeout, requestTimeout),
  });
  // A read that nobody waits for any more breaks off when the transport is closed: that is no news.
  let isOver = false;
  try {
    return await body(
      new HttpClient({
        baseUrl: apiUrl,
        token,
        transport,
        requestTimeout,
        hints: service.hints,
        userAgent: 'laravel-background-process-action/1',
        deadline: workDeadline(step, connection),
        clock: step.clock,
        random: step.random,
        wallClock: Date.now,
        cancelled: step.cancelled,
        cutOff: step.cutOff,
        onRetry: (line) => isOver || step.log.info(line),
        onExchange: (line) => step.log.debug(line),
      }),
    );
  } finally {
    isOver = true;
    await transport.close();
  }
}

/** What the engine has to work with in this step: its waits share one calm, and end with the deadline of `client`. */
export function runtimeOf(step: Step, client: HttpClient, subject: string): Runtime {
  const known = runtimes.get(step) ?? new Calm(client);
  runtimes.set(step, known);
  return {
    clock: client.clock,
    random: step.random,
    cancelled: step.cancelled,
    calm: known,
    timeLeft: () => client.timeLeft,
    log: (line) => step.log.info(line),
    warn: (line) => step.warn(line),
    checkpoint: (line, kind) => step.did(subject, line, kind),
  };
}

const runtimes = new WeakMap<Step, Calm>();

/** What runs that race, and answers that are lost, may take on top of the work itself, in milliseconds. */
export const raceLimit = 120_000;

/** The limit for one part of a step: two minutes, or four requests that use up their time. */
export function workDeadline({ clock }: Step, { requestTimeout }: Connection, more = 0): Deadline {
  return new Deadline(clock, Math.max(120_000, 4 * requestTimeout) + more);
}

/** The API token from the `token` input, else from the environment. It is masked before anything else happens. */
function readToken(
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
  const literal = unresolved(token, source);
  if (literal?.isHarmless !== true) secrets.add(token);
  if (literal !== undefined) inputs.problem('token', literal.why);
  else if (!/^[\x21-\x7e]+$/.test(token)) {
    inputs.problem('token', 'holds white space or characters that no token has; copy it again, as one line');
  }
  return token;
}

/** A reference to a secret that nothing has replaced by the secret. */
interface Unresolved {
  readonly why: string;
  /** It is a name and nothing else, so that it can be shown. */
  readonly isHarmless: boolean;
}

function unresolved(
  token: string,
  { variables: [variable, ...others] }: TokenSource,
): Unresolved | undefined {
  const isName = [variable, ...others].includes(token);
  if (!isName && !token.startsWith('$') && !token.includes('{{')) return undefined;
  const [, name] = /^\$?\{\{\s*(?:secrets|env|vars)\.([a-z_]\w{0,38})\s*\}\}$/i.exec(token) ?? [];
  const [, shell] = /^\$\{?(\w+)\}?$/.exec(token) ?? [];
  const isHarmless = isName || name !== undefined || [variable, ...others].includes(shell ?? '');
  const what = isHarmless ? `is the text ${quoted(token)}` : 'is an expression and not a token';
  return { why: `${what}; write \${{ secrets.${name ?? variable} }}`, isHarmless };
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
  return `is empty. Create a token ${origin}, store it as a repository secret, and pass it as token: \${{ secrets.${variable} }} or as the environment variable ${variable}`;
}
