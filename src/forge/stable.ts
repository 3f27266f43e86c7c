import type { Pacer } from '../converge/look.ts';
import type { Wait } from '../time.ts';
import { type ForgeProcess, label } from './process.ts';
import { isDead, isLeaving, isUntold, isUp } from './status.ts';

/** The stability of a process, judged by the statuses that Forge reports. */
export interface Steadiness {
  readonly process: ForgeProcess;
  readonly stable: 'true' | 'false' | 'unknown';
  /** The reason: `31 ("php8.4 artisan horizon") was running, now backoff`; empty for a stable process. */
  readonly why: string;
}

/** Milliseconds that a process may take until it is up. */
const longestStart = 60_000;
/** The least milliseconds between two looks. */
const shortestPause = 5_000;

/** The source of the statuses, and the pacer that counts its requests. */
export interface StatusSource {
  look(): Promise<readonly ForgeProcess[]>;
  readonly pacer: Pick<Pacer, 'begin' | 'pay' | 'wait'>;
}

/**
 * Watches the statuses until all processes have been up for `span` milliseconds. Ends at once when a process is not
 * stable. A process that a look does not show is gone.
 */
export async function watchStatus(
  processes: readonly ForgeProcess[],
  span: number,
  { look, pacer }: StatusSource,
  { clock, cancelled }: Pick<Wait, 'clock' | 'cancelled'>,
): Promise<readonly Steadiness[]> {
  const tracks = processes.map((process) => new Track(process));
  const began = clock.now();
  let upSince: number | undefined;
  pacer.begin();
  for (;;) {
    const seen = new Map((await look()).map((process) => [process.id, process]));
    pacer.pay();
    const isLate = clock.now() - began >= longestStart;
    for (const track of tracks) track.note(seen.get(track.last.id), isLate);
    if (tracks.every(({ upAs }) => upAs !== undefined)) upSince ??= clock.now();
    const isOver = upSince !== undefined && clock.now() - upSince >= span;
    const steadiness = tracks.map((track) => track.steadiness());
    if (isOver || steadiness.some(({ stable }) => stable === 'false')) return steadiness;
    const lookEvery = Math.max(shortestPause, pacer.wait);
    const left = upSince === undefined ? lookEvery : upSince + span - clock.now();
    await clock.sleep(Math.min(lookEvery, left), cancelled);
  }
}

class Track {
  last: ForgeProcess;
  /** The last status that counts as up; undefined if the process was never up. */
  upAs: string | undefined;
  #failure: string | undefined;

  constructor(process: ForgeProcess) {
    this.last = process;
  }

  /** Records a look. `isLate`: a process that has never been up has taken too long. */
  note(seen: ForgeProcess | undefined, isLate: boolean): void {
    this.last = seen ?? this.last;
    const { status } = this.last;
    if (seen === undefined || isLeaving(seen)) this.#failure ??= 'is gone';
    else if (isUp(status) || isUntold(status)) this.upAs = status;
    else if (this.upAs !== undefined) this.#failure ??= `was ${this.upAs}, now ${status}`;
    else if (isDead(status)) this.#failure ??= `is ${status}`;
    else if (isLate) this.#failure ??= `is still ${status} after ${longestStart / 1000} s`;
  }

  steadiness(): Steadiness {
    const process = this.last;
    if (this.#failure !== undefined)
      return { process, stable: 'false', why: `${label(process)} ${this.#failure}` };
    if (process.status === 'running') return { process, stable: 'true', why: '' };
    const why = `Forge reports ${process.status} for ${label(process)}, which does not say whether it runs`;
    return { process, stable: 'unknown', why };
  }
}
