import { fold } from '../fold.ts';

export interface Target {
  /** Unique. */
  readonly id: string;
  readonly title: string;
  /** Where it is, in words: the dataset of a table, the namespace of a flow. */
  readonly place: string;
}

const MOST = 30;

/** What has every word of the text in its title or place, best first: titles that begin with it, then that have it. Pure. */
export function rank<Item extends Target>(targets: readonly Item[], text: string): Item[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const scored = targets.flatMap((target) => {
    const [title, place] = [fold(target.title), fold(target.place)];
    let score = 0;
    for (const word of words) {
      if (title.startsWith(word)) score += 3;
      else if (title.includes(word)) score += 2;
      else if (place.includes(word)) score += 1;
      else return [];
    }
    return [{ target, score }];
  });
  return scored
    .sort((a, b) => b.score - a.score || a.target.title.length - b.target.title.length)
    .slice(0, MOST)
    .map(({ target }) => target);
}
