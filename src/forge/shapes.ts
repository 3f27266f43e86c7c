import * as v from 'valibot';
import { Id, listed } from '../http/json-api.ts';

// The schemas read only the fields that the code uses.

/** A background process in a response. Only the id is required. `process.ts` reads the other fields. */
export const ProcessResource = v.looseObject({ id: Id });

export const ListedProcess = listed('backgroundProcesses', ProcessResource);

/** A server or a site. Only its id is required. */
const NamedResource = v.looseObject({ id: Id });

export const ListedServer = listed('servers', NamedResource);
export const ListedSite = listed('sites', NamedResource);
