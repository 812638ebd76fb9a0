import { randomInt } from 'node:crypto';

const NOUNS =
  'arara baleia capivara coruja estrela floresta gaivota garça jangada lagoa lua maré montanha nuvem onda pedra restinga serra trilha tucano vento vila'.split(
    ' ',
  );
/** Of one form for all nouns. */
const ADJECTIVES =
  'alegre audaz azul brilhante constante doce elegante feliz forte gentil jovem leve livre nobre simples suave sutil veloz verde'.split(
    ' ',
  );

/** Two words and a number, to tell runs apart in talk: `garça-veloz-417`. Not unique. */
export function newRunName(): string {
  const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? '';
  return `${pick(NOUNS)}-${pick(ADJECTIVES)}-${randomInt(100, 1000)}`;
}
