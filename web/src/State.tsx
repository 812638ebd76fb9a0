/** A state of a run or task: its word, and a colour that is never the only sign. */
export function State({ name }: { name: string }) {
  return <span className={`state state-${name}`}>{name}</span>;
}
