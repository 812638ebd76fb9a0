import { useVoice } from './language.tsx';

/** A state of a run or task: its word, and a colour that is never the only sign. */
export function State({ name }: { name: string }) {
  const { state } = useVoice();
  return <span className={`state state-${name}`}>{state(name)}</span>;
}
