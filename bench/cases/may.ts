import { may } from '../../src/access/may.ts';
import type { Binding, Principal } from '../../src/access/principal.ts';
import type { BenchCase } from '../case.ts';

const RULES = 10_000;
const QUESTIONS = 100_000;

export const bench: BenchCase = {
  describe: 'may() asked 100,000 times of a principal with 10,000 roles on datasets / with one',
  rounds: 15,
  operations: QUESTIONS,
  async prepare() {
    const of = (rules: number): Principal => ({
      id: '0',
      kind: 'user',
      name: 'ana',
      agency: 'escritorio',
      bindings: Array.from(
        { length: rules },
        (_, index): Binding => ({
          role: 'leitor',
          scope: { kind: 'dataset', id: `rj-escritorio.d${index}` },
        }),
      ),
    });
    const ask = (principal: Principal) => {
      let allowed = 0;
      for (let index = 0; index < QUESTIONS; index++) {
        const resource = {
          agency: 'escritorio',
          project: 'rj-escritorio',
          dataset: `rj-escritorio.d${index}`,
          table: 't',
        };
        if (may(principal, 'table.read', resource).allowed) allowed++;
      }
      if (allowed !== principal.bindings.length) throw new Error(`${allowed} allowed`);
    };
    const [many, one] = [of(RULES), of(1)];
    return { ours: async () => ask(many), peer: async () => ask(one), async close() {} };
  },
};
