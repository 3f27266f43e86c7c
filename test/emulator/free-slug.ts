/** The slug of a name; one that is taken gets a number, from 3 on as it was recorded. */
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
