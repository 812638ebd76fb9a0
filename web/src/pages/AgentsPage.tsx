import { useQuery } from '@tanstack/react-query';
import type { AgentView } from '../../../src/orchestrator/views.ts';
import { api } from '../api.ts';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Scroll } from '../Scroll.tsx';

export function AgentsPage() {
  const { words, time } = useVoice();
  const query = useQuery({ queryKey: ['agents'], queryFn: () => api<AgentView[]>('/api/agents') });
  return (
    <>
      <h1>{words.agents}</h1>
      <Loaded query={query}>
        {(agents) => (
          <Scroll label={words.agents}>
            <table>
              <Heads names={[words.name, words.state, words.namespace, words.labels, words.runs, words.seen]} />
              <tbody>
                {agents.map((agent) => (
                  <tr key={agent.id}>
                    <th scope="row">{agent.name}</th>
                    <td>
                      <span className={`state state-${agent.online ? 'Completed' : 'Failed'}`}>
                        {agent.online ? words.online : words.offline}
                      </span>
                    </td>
                    <td>{agent.namespace}</td>
                    <td>{agent.labels.join(', ')}</td>
                    <td>{agent.runs}</td>
                    <td>{time(agent.seenAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </Loaded>
    </>
  );
}
