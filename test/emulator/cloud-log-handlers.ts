import { type Answer, failure } from './answer.ts';
import { withEnvironment } from './cloud-lookup.ts';
import type { LogEntry } from './cloud-records.ts';
import type { CloudState } from './cloud-state.ts';
import type { Call, Handlers } from './contract.ts';
import { entriesOf } from './environment-log.ts';

export function logHandlers(state: CloudState): Handlers {
  return {
    showEnvironmentLogs: (call) =>
      withEnvironment(state, call, (environment) => {
        const { from = '', to = '', cursor, type = 'all' } = call.query;
        const before = cursor === undefined ? Number.POSITIVE_INFINITY : momentIn(cursor);
        if (before === undefined) return failure(422, 'The cursor is invalid.');
        const span = { from: Date.parse(from), to: Math.min(Date.parse(to), before - 1, state.now()) };
        const found = entriesOf(state, environment, span).filter((entry) => isAskedFor(entry, call));
        return page(found, { type, from, to });
      }),
  };
}

/**
 * Returns one page. Recorded: the newest page first, about a hundred entries in ascending order; the cursor leads back
 * in time.
 */
function page(found: readonly LogEntry[], meta: Record<string, string>): Answer {
  const place = Math.max(0, found.length - 100);
  const oldest = found[place];
  // Entries of one millisecond stay on one page: the cursor, a millisecond, could not distinguish them.
  const shown = oldest === undefined ? [] : found.filter(({ at }) => at >= oldest.at);
  const cursor =
    oldest === undefined || shown.length === found.length
      ? null
      : Buffer.from(JSON.stringify([oldest.at])).toString('base64');
  return {
    status: 200,
    contentType: 'application/json',
    body: {
      data: shown.map(({ at, message, level, type }) => {
        // Recorded: a precision of seconds.
        const logged_at = `${new Date(at).toISOString().slice(0, 19)}Z`;
        return { message, level, type, logged_at, data: {} };
      }),
      meta: { cursor, ...meta },
    },
  };
}

/** True for an entry of the requested type whose message contains the requested text. */
function isAskedFor(entry: LogEntry, { query: { type = 'all', query = '' } }: Call): boolean {
  return (type === 'all' || entry.type === type) && entry.message.includes(query);
}

function momentIn(cursor: string): number | undefined {
  try {
    const [moment] = [JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'))].flat();
    return typeof moment === 'number' ? moment : undefined;
  } catch {
    return undefined;
  }
}
