import { randomBytes, randomUUID } from 'node:crypto';
import type { CloudOptions } from './cloud-options.ts';

type StampOptions = Pick<CloudOptions, 'createdAtResolution' | 'idOrder'>;

/** Gives what is made its id and its date. */
export class Stamps {
  readonly #options: StampOptions;
  readonly #now: () => number;
  #sequence = 0;

  constructor(options: StampOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  newId(prefix: string): string {
    return `${prefix}-${this.#options.idOrder === 'random' ? randomUUID() : this.#timeOrderedUuid()}`;
  }

  timestamp(): string {
    const iso = new Date(this.#now()).toISOString();
    if (this.#options.createdAtResolution === 'second') return `${iso.slice(0, 19)}.000000Z`;
    // The clock ticks in milliseconds, so the last three digits count what was made.
    return `${iso.slice(0, -1)}${String(++this.#sequence % 1000).padStart(3, '0')}Z`;
  }

  #timeOrderedUuid(): string {
    const time = Math.floor(this.#now()).toString(16).padStart(12, '0');
    const count = (++this.#sequence % 0x1000).toString(16).padStart(3, '0');
    const rest = randomBytes(8).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8${rest.slice(0, 3)}-${rest.slice(3, 15)}`;
  }
}
