import { useState } from 'react';
import { useVoice } from './language.tsx';

const SHOWN_MS = 2000;

/** A button that puts a text on the clipboard. */
export function Copy({ text, label }: { text: string; label?: string }) {
  const { words } = useVoice();
  const [done, setDone] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(() => {
      setDone(true);
      setTimeout(() => setDone(false), SHOWN_MS);
    });
  };
  return (
    <button type="button" className="plain copy" onClick={copy}>
      {done ? words.copied : (label ?? words.copy)}
    </button>
  );
}
