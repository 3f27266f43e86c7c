import { type Answer, failure } from './answer.ts';

/** The check of tokens. */
export class Access {
  /** The only valid token. */
  token: string;

  constructor(token: string) {
    this.token = token;
  }

  check(authorization: string | undefined): Answer | undefined {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    return token === this.token ? undefined : failure(401, 'Unauthenticated.');
  }
}
