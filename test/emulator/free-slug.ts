/** Returns the slug of a name. A taken slug gets a number. Recorded: numbers begin with 3. */
export function freeSlug(name: string, taken: readonly { slug: string }[]): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const used = new Set(taken.map((each) => each.slug));
  if (!used.has(slug)) return slug;
  let number = 3;
  while (used.has(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}
