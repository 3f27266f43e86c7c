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
