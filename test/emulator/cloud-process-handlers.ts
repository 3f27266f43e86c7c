import { document, noContent } from './answer.ts';
import type { GivenProcess } from './cloud-givens.ts';
import { withInstance, withProcess } from './cloud-lookup.ts';
import { pageOf } from './cloud-pages.ts';
import { includedWith, includesOf, withIncluded } from './cloud-query.ts';
import type { CloudInstance, ExistingProcess } from './cloud-records.ts';
import { instanceResource, processResource } from './cloud-resources.ts';
import type { CloudState } from './cloud-state.ts';
import type { Handlers } from './contract.ts';
import { asNumber, asObject, asText, type JsonObject } from './json.ts';
import { NOTHING } from './relationships.ts';
import { SERVER_DEFAULTS } from './worker-command.ts';

export function processHandlers(state: CloudState): Handlers {
  return {
    listBackgroundProcesses: (call) =>
      withInstance(state, call, (instance) => {
        const includes = includesOf(state, call);
        return pageOf(state.options, call, {
          items: state.listed().filter(({ instanceId }) => instanceId === instance.id),
          resource: (process) => processResource(state, process, includes),
          ...withIncluded(state, includes, () => [instanceResource(instance, NOTHING)]),
        });
      }),

    createBackgroundProcess: (call) =>
      withInstance(state, call, (instance) => {
        const process = createProcess(state, instance, call.body);
        state.processWrites.made(process, state.now());
        return document(201, {
          // Recorded: the strategy is null only in this response.
          data: processResource(state, { ...process, strategyType: null }, NOTHING),
        });
      }),

    showBackgroundProcess: (call) => {
      return withProcess(state, call, (process) => {
        const includes = includesOf(state, call);
        const instance = state.instances.find(({ id }) => id === process.instanceId);
        const around = instance === undefined ? [] : [instanceResource(instance, NOTHING)];
        return document(200, {
          data: processResource(state, process, includes),
          ...includedWith(state, includes, around),
        });
      });
    },

    updateBackgroundProcess: (call) =>
      withProcess(state, call, (process) => {
        state.processWrites.changing(state.processes, process, state.now());
        updateProcess(state, process, call.body);
        return document(200, { data: processResource(state, process, NOTHING) });
      }),

    deleteBackgroundProcess: (call) =>
      withProcess(state, call, (process) => {
        state.processWrites.changing(state.processes, process, state.now());
        state.removeProcess(process);
        return noContent();
      }),
  };
}

function createProcess(state: CloudState, instance: CloudInstance, body: JsonObject): ExistingProcess {
  const processes = asNumber(body['processes']) ?? 1;
  const { storedForm, fillDefaults } = state.options;
  const defaults = fillDefaults ? SERVER_DEFAULTS : {};
  const given: GivenProcess =
    body['type'] === 'custom'
      ? { type: 'custom', processes, command: asText(body['command']) ?? '' }
      : { type: 'worker', processes, config: { ...defaults, ...asObject(body['config']) } };
  return state.addProcess(instance, storedForm(given));
}

/**
 * Updates a process. Silently ignores the type, fields that do not apply to the type, and the fields in `patchIgnores`.
 */
function updateProcess(state: CloudState, process: ExistingProcess, body: JsonObject): void {
  const ignored = new Set(state.options.patchIgnores);
  const given = (field: string) => (ignored.has(field) ? undefined : body[field]);
  process.processes = asNumber(given('processes')) ?? process.processes;
  const command = asText(given('command'));
  if (process.type === 'custom' && command !== undefined) process.command = command;
  const config = given('config');
  if (process.type === 'worker' && config !== undefined) {
    const accepted = Object.fromEntries(
      Object.entries(asObject(config)).filter(([option]) => !ignored.has(`config.${option}`)),
    );
    process.config = { ...process.config, ...accepted };
  }
  const { command: keptCommand, config: keptConfig } = state.options.storedForm(process);
  process.command = keptCommand ?? process.command;
  process.config = keptConfig ?? process.config;
  process.strategyType ??= 'none';
}
