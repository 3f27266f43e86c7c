import { fieldName, shown } from './changes.ts';
import type { Settings } from './plan/rules.ts';

/** What a process has, in a few words: `2 processes, tries 3, force`. */
export function settingsText(settings: Settings): string {
  return Object.entries(settings)
    .flatMap(([field, value]) => settingText(field, value) ?? [])
    .join(', ');
}

/** One setting in a few words; undefined where nothing is set. */
function settingText(field: string, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (field === 'processes') return value === 1 ? '1 process' : `${shown(value)} processes`;
  return value === true ? fieldName(field) : `${fieldName(field)} ${shown(value)}`;
}
