export { type CloudOptions, type CloudState, SECRET_VARIABLE } from './cloud-state.ts';
export type { ArmedFault, Fault, Faults } from './faults.ts';
export type { ForgeOptions, ForgeState } from './forge-state.ts';
export { describeRequest, type RecordedRequest } from './recorded-request.ts';
export { seedShop } from './seed.ts';
export { DEFAULT_TOKEN, type Emulator, type EmulatorOptions, startEmulator } from './server.ts';
