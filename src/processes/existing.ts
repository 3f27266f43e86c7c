/** A background process as it exists on an instance. */
export interface ExistingProcess {
  readonly id: string;
  /** `worker` or `custom`; a word not known yet passes through. */
  readonly type: string;
  readonly processes: number;
  /** For a worker the API generates it. */
  readonly command: string | null;
  /** As read back: with options that a request may not set, and nulls for those that are unset. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `none`, `growth_rate` or `queue_size`. */
  readonly strategy: string;
  readonly strategyThreshold: number | null;
  /** An ISO 8601 date. */
  readonly createdAt: string | null;
  readonly instanceId: string;
  /** The resource that it was read from, for those who need more than is understood here. */
  readonly resource: unknown;
}

/** The older first; processes of the same age by their id, so that every run sees the same order. */
export function byAge(a: Aged, b: Aged): number {
  const difference = bornAt(a) - bornAt(b);
  if (difference !== 0 && !Number.isNaN(difference)) return difference;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface Aged {
  readonly id: string;
  readonly createdAt: string | null;
}

/** Milliseconds, with the microseconds that `Date` drops as their fraction. A process without a date is the newest. */
export function bornAt({ createdAt }: Aged): number {
  const time = createdAt === null ? Number.NaN : Date.parse(createdAt);
  if (Number.isNaN(time)) return Number.MAX_SAFE_INTEGER;
  const [, micros = ''] = /\.\d{3}(\d{1,3})/.exec(createdAt ?? '') ?? [];
  return time + Number(`0.${micros}0`);
}
