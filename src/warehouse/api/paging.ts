export interface PageQuery {
  readonly maxResults?: string;
  /** Where the page before ended. */
  readonly pageToken?: string;
}

/** The part of a list that a client asks for, and the token of the next, which is its place. */
export function pageOf<Item>(
  all: readonly Item[],
  { maxResults, pageToken }: PageQuery,
): { readonly items: readonly Item[]; readonly nextPageToken?: string } {
  const from = Math.max(0, Number(pageToken ?? 0) || 0);
  const size = Number(maxResults ?? 0) || all.length;
  const items = all.slice(from, from + Math.max(1, size));
  const next = from + items.length;
  return next < all.length ? { items, nextPageToken: String(next) } : { items };
}
