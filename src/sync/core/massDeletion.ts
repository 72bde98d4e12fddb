/** More deletions than this from the pod at once look like an accident, or fewer of a small folder. */
const manyPaths = 50;
const fewPaths = 20;
const largeShare = 0.1;

/** Whether so many deletions of the pod look like a wiped folder there rather than like somebody's wish. `all`: what is here. */
export function isMassDeletion(deletions: number, all: number): boolean {
  return deletions > manyPaths || (deletions >= fewPaths && deletions > all * largeShare);
}
