import { counted } from '../text.ts';

export interface Load {
  readonly processes: number;
  /** Null or undefined if unknown. */
  readonly command: string | null | undefined;
}

/** The memory limit of `queue:work`, in MB. Source: Laravel's default of `--memory`. */
const usual = 128;

/** Returns a warning if the processes may not fit in the memory of the instance; undefined for an unknown size. */
export function memoryWarning(
  { name, size }: { readonly name: string; readonly size?: string | undefined },
  loads: readonly Load[],
): string | undefined {
  const room = memoryOf(size);
  const each = loads.map(({ command }) => limitOf(command));
  const need = loads.reduce((sum, { processes }, index) => sum + processes * (each[index] ?? usual), 0);
  if (room === undefined || need <= room) return undefined;
  const count = loads.reduce((sum, { processes }) => sum + processes, 0);
  const [first, ...others] = [...new Set(each)];
  const alike = `at up to ${first} MB${count === 1 ? '' : ' each'}`;
  const much = others.length === 0 ? alike : `with up to ${need} MB together`;
  return `${name}: ${counted(count, 'process', 'processes')} ${much} may not fit in ${room} MB (${size}).`;
}

/** Returns the memory that a size names, in MB: `flex-512mb`, `flex.m-1vcpu-1gb`. */
function memoryOf(size: string | undefined): number | undefined {
  const [, number, unit] = /(\d+)(mb|gb)/.exec(size ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * (unit === 'gb' ? 1024 : 1);
}

function limitOf(command: string | null | undefined): number {
  const limit = /\s--memory[= ](\d{1,6})\b/.exec(command ?? '')?.[1];
  return limit === undefined ? usual : Number(limit);
}
