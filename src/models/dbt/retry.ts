import { ArcosError } from '../../base/errors.ts';
import { readPrevious } from '../state.ts';
import { textOf } from '../yaml.ts';
import type { Asked } from './opened.ts';

/** Commands that leave run_results.json. */
const COMMANDS = ['run', 'test', 'build', 'seed', 'snapshot', 'compile'];

/** What the last command did not get done, asked as it was asked: only those nodes. Throws INVALID where there is none. */
export async function askedAgain(asked: Asked): Promise<Asked> {
  const { statuses, args } = await readPrevious(asked.target);
  const which = textOf(args['which']) ?? '';
  if (!COMMANDS.includes(which)) {
    throw new ArcosError('INVALID', `The last command of ${asked.target} cannot be tried again`, {
      hint: `It must be one of ${COMMANDS.join(', ')}.`,
    });
  }
  const only = [...statuses].filter(([, status]) => ['error', 'fail', 'skipped'].includes(status)).map(([id]) => id);
  if (only.length === 0) asked.log.info('Nothing to retry: the last command succeeded');
  const { which: _, ...params } = args;
  return { ...asked, method: which, params: { ...params, only } };
}
