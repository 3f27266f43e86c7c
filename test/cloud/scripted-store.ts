import type { ProcessUpdate } from '../../src/cloud/compare.ts';
import type { ExistingProcess } from '../../src/cloud/process.ts';
import type { CreateResult } from '../../src/converge/service.ts';
import type { Failure } from '../../src/failure.ts';
import { listingOf } from '../support/processes.ts';
import { scripted } from '../support/scripted.ts';

type P = ExistingProcess;
type Each<T> = readonly [T, ...T[]];

/** What a store answers to the calls of each kind, one after the other; an error is thrown. The last one stays. */
export interface Answers {
  readonly list?: Each<readonly P[]>;
  /** How many pages each list has. */
  readonly pages?: number;
  readonly serverTime?: number;
  readonly find?: Each<P | Error | undefined>;
  readonly create?: Each<CreateResult<P>>;
  readonly update?: Each<P | Error | undefined>;
  readonly remove?: Each<Error | undefined>;
  /** Why nothing may be written. */
  readonly refusal?: Failure | undefined;
}

/** A store of scripted answers that tells each call. */
export function scriptedStore(answers: Answers) {
  const calls: string[] = [];
  const updates: ProcessUpdate[] = [];
  const list = scripted(...(answers.list ?? ([[]] as const)));
  const find = scripted(...(answers.find ?? [undefined]));
  const created: Each<CreateResult<P> | Error> = answers.create ?? [new Error('Nothing is to be created')];
  const create = scripted(...created);
  const update = scripted(...(answers.update ?? [undefined]));
  const remove = scripted(...(answers.remove ?? [undefined]));
  const store = {
    place: calls,
    removalSpan: 0,
    list: async () => {
      calls.push('list');
      return listingOf(list(), { pages: answers.pages ?? 1, serverTime: answers.serverTime });
    },
    find: async (id: string) => {
      calls.push(`find ${id}`);
      return given(find());
    },
    create: async () => {
      calls.push('create');
      return given(create());
    },
    update: async (id: string, changed: ProcessUpdate) => {
      calls.push(`update ${id}`);
      updates.push(changed);
      return given(update());
    },
    remove: async (id: string) => {
      calls.push(`remove ${id}`);
      given(remove());
    },
    mayWrite: () => {
      if (answers.refusal !== undefined) throw answers.refusal;
    },
  };
  return { store, calls, updates };
}

function given<T>(answer: T | Error): T {
  if (answer instanceof Error) throw answer;
  return answer;
}
