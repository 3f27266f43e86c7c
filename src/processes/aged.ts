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
