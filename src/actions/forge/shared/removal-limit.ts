/** How long Forge may take to remove a process, in milliseconds. */
export const removalLimit = 180_000;
