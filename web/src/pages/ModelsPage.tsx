import { useVoice } from '../language.tsx';
import { Lineage } from '../table/Lineage.tsx';

/** Every model with what it is made of; the columns of the one that is chosen. */
export function ModelsPage() {
  const { words } = useVoice();
  return (
    <>
      <h1>{words.models}</h1>
      <Lineage />
    </>
  );
}
