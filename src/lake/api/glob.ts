import { ArcosError } from '../../base/errors.ts';

/**
 * A glob of Cloud Storage (Objects: list, matchGlob) as a POSIX regular expression over the whole name: `*` is
 * anything but a slash, `**` anything, `?` one character but a slash, `[a-z]` and `[!a-z]` sets, `{a,b}` choices.
 * Throws INVALID for one that does not close what it opens. Pure.
 */
export function globPattern(glob: string): string {
  let pattern = '';
  let choices = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] ?? '';
    if (glob.startsWith('**', at)) {
      pattern += '.*';
      at++;
    } else if (character === '*') pattern += '[^/]*';
    else if (character === '?') pattern += '[^/]';
    else if (character === '[') {
      const end = glob.indexOf(']', at + 2);
      if (end < 0) throw new ArcosError('INVALID', `matchGlob "${glob}" does not close its [`);
      const set = glob.slice(at + 1, end).replace(/[\\[]/g, '\\$&');
      pattern += `[${set.replace(/^!/, '^')}]`;
      at = end;
    } else if (character === '{') {
      pattern += '(?:';
      choices++;
    } else if (character === '}' && choices > 0) {
      pattern += ')';
      choices--;
    } else if (character === ',' && choices > 0) pattern += '|';
    else if (character === '\\' && at + 1 < glob.length) pattern += escaped(glob[++at] ?? '');
    else pattern += escaped(character);
  }
  if (choices > 0) throw new ArcosError('INVALID', `matchGlob "${glob}" does not close its {`);
  return `^(?:${pattern})$`;
}

const escaped = (character: string): string => character.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
