import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

const PT = {
  runs: 'Execuções',
  flows: 'Flows',
  agents: 'Agentes',
  data: 'Dados',
  portal: 'Portal',
  skip: 'Ir para o conteúdo',
  flow: 'Flow',
  name: 'Nome',
  state: 'Estado',
  start: 'Início',
  end: 'Fim',
  duration: 'Duração',
  attempt: 'Tentativa',
  agent: 'Agente',
  namespace: 'Namespace',
  agency: 'Órgão',
  origin: 'Origem',
  labels: 'Rótulos',
  schedules: 'Agendas',
  version: 'Versão',
  next: 'Próxima',
  none: 'Nada aqui ainda.',
  loading: 'Carregando…',
  failed: 'Não foi possível carregar',
  login: 'Entre com sua chave',
  key: 'Chave',
  enter: 'Entrar',
  all: 'Todos',
  older: 'Mais antigas',
  newest: 'Mais novas',
  tasks: 'Tarefas',
  task: 'Tarefa',
  logs: 'Registros',
  level: 'Nível',
  message: 'Mensagem',
  history: 'Histórico',
  parameters: 'Parâmetros',
  artifacts: 'Artefatos',
  retry: 'Tentar de novo a partir da falha',
  cancel: 'Cancelar',
  run: 'Executar',
  search: 'Buscar',
  tables: 'Tabelas',
  table: 'Tabela',
  rows: 'Linhas',
  size: 'Tamanho',
  columns: 'Colunas',
  column: 'Coluna',
  type: 'Tipo',
  description: 'Descrição',
  preview: 'Amostra',
  partitioning: 'Particionamento',
  kind: 'Espécie',
  seen: 'Visto em',
  online: 'ativo',
  offline: 'ausente',
  dataset: 'Conjunto',
  project: 'Projeto',
  gantt: 'Linha do tempo das tarefas',
  other: 'English',
};

const EN: typeof PT = {
  runs: 'Runs',
  flows: 'Flows',
  agents: 'Agents',
  data: 'Data',
  portal: 'Portal',
  skip: 'Skip to content',
  flow: 'Flow',
  name: 'Name',
  state: 'State',
  start: 'Start',
  end: 'End',
  duration: 'Duration',
  attempt: 'Attempt',
  agent: 'Agent',
  namespace: 'Namespace',
  agency: 'Agency',
  origin: 'Origin',
  labels: 'Labels',
  schedules: 'Schedules',
  version: 'Version',
  next: 'Next',
  none: 'Nothing here yet.',
  loading: 'Loading…',
  failed: 'Could not be loaded',
  login: 'Enter with your key',
  key: 'Key',
  enter: 'Enter',
  all: 'All',
  older: 'Older',
  newest: 'Newest',
  tasks: 'Tasks',
  task: 'Task',
  logs: 'Logs',
  level: 'Level',
  message: 'Message',
  history: 'History',
  parameters: 'Parameters',
  artifacts: 'Artifacts',
  retry: 'Retry from the failed task',
  cancel: 'Cancel',
  run: 'Run',
  search: 'Search',
  tables: 'Tables',
  table: 'Table',
  rows: 'Rows',
  size: 'Size',
  columns: 'Columns',
  column: 'Column',
  type: 'Type',
  description: 'Description',
  preview: 'Preview',
  partitioning: 'Partitioning',
  kind: 'Kind',
  seen: 'Last seen',
  online: 'online',
  offline: 'away',
  dataset: 'Dataset',
  project: 'Project',
  gantt: 'Timeline of the tasks',
  other: 'Português',
};

type Language = 'pt' | 'en';
const WORDS = { pt: PT, en: EN };
const LOCALES = { pt: 'pt-BR', en: 'en-GB' };

export interface Voice {
  readonly words: typeof PT;
  readonly toggle: () => void;
  /** Date and time, or a dash. */
  time(iso: string | undefined): string;
  number(value: number): string;
}

const Context = createContext<Voice | undefined>(undefined);
const STORED = 'arcos.language';

function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'pt' || stored === 'en') return stored;
  return navigator.language.startsWith('en') ? 'en' : 'pt';
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = LOCALES[language];
    localStorage.setItem(STORED, language);
  }, [language]);
  const voice = useMemo<Voice>(() => {
    const locale = LOCALES[language];
    return {
      words: WORDS[language],
      toggle: () => setLanguage(language === 'pt' ? 'en' : 'pt'),
      time: (iso) =>
        iso === undefined ? '–' : new Date(iso).toLocaleString(locale, { dateStyle: 'short', timeStyle: 'medium' }),
      number: (value) => value.toLocaleString(locale),
    };
  }, [language]);
  return <Context value={voice}>{children}</Context>;
}

export function useVoice(): Voice {
  const voice = useContext(Context);
  if (voice === undefined) throw new Error('useVoice outside of LanguageProvider');
  return voice;
}
