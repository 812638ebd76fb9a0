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
  home: 'Início',
  attention: 'Pede atenção',
  allWell: 'Tudo em ordem: nada falhou, nada está atrasado, nenhum agente ausente.',
  failedRuns: 'Falharam',
  lateRuns: 'Atrasadas',
  agentsAway: 'Agentes ausentes',
  runningNow: 'Executando agora',
  lastRuns: 'Últimas execuções',
  upcoming: 'Próximos disparos',
  due: 'devia começar em',
  paused: 'pausada',
  schedule: 'Agenda',
  noSchedule: 'Sem agenda: só quando alguém executa.',
  runWith: 'Executar com parâmetros',
  runNow: 'Executar agora',
  mustBe: 'Valor inválido',
  optional: 'opcional',
  sql: 'SQL',
  query: 'Consulta',
  cancelQuery: 'Parar',
  running: 'Executando…',
  willRead: 'Vai ler',
  results: 'Resultado',
  runHint: 'Ctrl+Enter executa; Tab indenta, Esc e depois Tab sai do editor.',
  exportCsv: 'Exportar CSV',
  queryHistory: 'Consultas anteriores',
  noRows: 'A consulta não deu linhas.',
  done: 'Feito',
  took: 'em',
  read: 'lidos',
  cellsOf: 'linhas × colunas',
  findAnything: 'Buscar tabelas, flows e páginas',
  nothingFound: 'Nada encontrado.',
  pages: 'Páginas',
  queryTable: 'Consultar em SQL',
  close: 'Fechar',
  menu: 'Principal',
  open: 'Abrir',
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
  home: 'Home',
  attention: 'Needs attention',
  allWell: 'All is well: nothing failed, nothing is late, no agent is away.',
  failedRuns: 'Failed',
  lateRuns: 'Late',
  agentsAway: 'Agents away',
  runningNow: 'Running now',
  lastRuns: 'Latest runs',
  upcoming: 'Next firings',
  due: 'was due at',
  paused: 'paused',
  schedule: 'Schedule',
  noSchedule: 'No schedule: only when someone runs it.',
  runWith: 'Run with parameters',
  runNow: 'Run now',
  mustBe: 'Not a valid value',
  optional: 'optional',
  sql: 'SQL',
  query: 'Query',
  cancelQuery: 'Stop',
  running: 'Running…',
  willRead: 'Will read',
  results: 'Result',
  runHint: 'Ctrl+Enter runs; Tab indents, Esc and then Tab leaves the editor.',
  exportCsv: 'Export CSV',
  queryHistory: 'Earlier queries',
  noRows: 'The query gave no rows.',
  done: 'Done',
  took: 'in',
  read: 'read',
  cellsOf: 'rows × columns',
  findAnything: 'Search tables, flows and pages',
  nothingFound: 'Nothing found.',
  pages: 'Pages',
  queryTable: 'Query in SQL',
  close: 'Close',
  menu: 'Main',
  open: 'Open',
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
  /** `12.3 MiB` */
  bytes(value: number): string;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
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
      bytes: (value) => {
        const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, value)) / Math.log(1024)));
        const number = (value / 1024 ** step).toLocaleString(locale, { maximumFractionDigits: step === 0 ? 0 : 1 });
        return `${number} ${UNITS[step]}`;
      },
    };
  }, [language]);
  return <Context value={voice}>{children}</Context>;
}

export function useVoice(): Voice {
  const voice = useContext(Context);
  if (voice === undefined) throw new Error('useVoice outside of LanguageProvider');
  return voice;
}
