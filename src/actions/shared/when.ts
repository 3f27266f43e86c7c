/** A date of an API as people read it: to the second, without the microseconds; what is no date stays as it is. */
export function readableDate(date: string): string {
  const time = Date.parse(date);
  if (Number.isNaN(time)) return date;
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
