import { type Answer, failure } from './answer.ts';

/** Which tokens open what. */
export class Access {
  /** The token that is let in. */
  token: string;
  readonly #forbidden = new Map<string, string>();

  constructor(token: string) {
    this.token = token;
  }

  /** Makes a token known but useless here: of another organization, or without the rights. */
  forbid(token: string, message = 'This action is unauthorized.'): void {
    this.#forbidden.set(token, message);
  }

  check(authorization: string | undefined): Answer | undefined {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const reason = token === undefined ? undefined : this.#forbidden.get(token);
    if (reason !== undefined) return failure(403, reason);
    return token === this.token ? undefined : failure(401, 'Unauthenticated.');
  }
}
