import { randomBytes, randomUUID } from 'node:crypto';
import type { CloudOptions } from './cloud-options.ts';

type StampOptions = Pick<CloudOptions, 'createdAtResolution' | 'idOrder'>;

/** The source of ids and dates for new objects. */
export class Stamps {
  readonly #options: StampOptions;
  readonly #now: () => number;
  readonly #ids = new Ties();
  readonly #dates = new Ties();

  constructor(options: StampOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  newId(prefix: string): string {
    return `${prefix}-${this.#options.idOrder === 'random' ? randomUUID() : this.#orderedUuid()}`;
  }

  timestamp(): string {
    const time = this.#time();
    const iso = new Date(time).toISOString();
    if (this.#options.createdAtResolution === 'second') return `${iso.slice(0, 19)}.000000Z`;
    return `${iso.slice(0, -1)}${String(this.#dates.count(time)).padStart(3, '0')}Z`;
  }

  /** Makes a UUID as Laravel does: the time in tens of microseconds first, then random digits. */
  #orderedUuid(): string {
    const milliseconds = this.#time();
    const time = (milliseconds * 100 + this.#ids.count(milliseconds)).toString(16).padStart(12, '0');
    const rest = randomBytes(9).toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-4${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6)}`;
  }

  #time(): number {
    return Math.floor(this.#now());
  }
}

/** A counter of the objects made within the same millisecond. */
class Ties {
  #tick = Number.NaN;
  #count = 0;

  count(tick: number): number {
    this.#count = tick === this.#tick ? this.#count + 1 : 0;
    this.#tick = tick;
    return this.#count;
  }
}
