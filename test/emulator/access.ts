import { type Answer, failure } from './answer.ts';

/** Which tokens open what. */
export class Access {
  /** The token that is let in. */
  token: string;

  constructor(token: string) {
    this.token = token;
  }

  check(authorization: string | undefined): Answer | undefined {
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    return token === this.token ? undefined : failure(401, 'Unauthenticated.');
  }
}
