import type { FastifyRequest } from 'fastify';

export type Language = 'pt' | 'en';

const PT = {
  title: 'Dados abertos',
  intro: 'Dados da cidade para todos: veja, baixe e use.',
  skip: 'Ir para o conteúdo',
  datasets: 'Conjuntos de dados',
  none: 'Nenhum conjunto de dados foi publicado ainda.',
  theme: 'Tema',
  owner: 'Responsável',
  licence: 'Licença',
  frequency: 'Atualização',
  updated: 'Atualizado em',
  tables: 'Tabelas',
  rows: 'linhas',
  dictionary: 'Dicionário',
  column: 'Coluna',
  type: 'Tipo',
  description: 'Descrição',
  preview: 'Amostra',
  firstRows: 'As primeiras linhas da tabela.',
  download: 'Baixar',
  map: 'Mapa',
  mapHint: 'Passe sobre uma área para ver os valores.',
  mapFallback: 'O mapa precisa de JavaScript. Os dados estão na tabela abaixo.',
  colour: 'Cor por',
  other: 'English',
  console: 'Console',
  notFound: 'Não encontrado',
  notFoundText: 'Não há nada neste endereço.',
  home: 'Início',
  search: 'Buscar',
  searchHint: 'Buscar em títulos, descrições, tabelas e colunas',
  nothingFound: 'Nada encontrado. Tente outras palavras ou tire um filtro.',
  results: 'resultados',
  result: 'resultado',
  clear: 'Limpar filtros',
  filters: 'Filtros',
  coverage: 'Cobertura',
  contact: 'Contato',
  published: 'Publicado em',
  about: 'Sobre',
  columns: 'colunas',
  file: 'Arquivo',
  size: 'Tamanho',
  made: 'é feito no primeiro pedido',
  checksum: 'Verificação (SHA-256)',
  api: 'API',
  apiIntro: 'Os mesmos dados em partes, sem chave: escolha colunas, filtre, agrupe e ordene.',
  apiPages: 'A resposta traz até 1.000 linhas; para a próxima página, passe next como cursor.',
  apiSql: 'Ou pergunte em GoogleSQL, só leitura, sobre todas as tabelas publicadas:',
  machine: 'Para máquinas',
  openapi: 'descrição OpenAPI 3.1',
  chart: 'Gráfico',
  chartOf: 'Valor',
  chartBy: 'Por',
  countOfRows: 'Número de linhas',
  draw: 'Desenhar',
  nothingToDraw: 'Não há o que desenhar com essa escolha.',
  values: 'valores',
  most: 'máximo',
  asTable: 'Ver como tabela',
  unit: 'Unidade',
  source: 'De onde vem',
  madeOf: 'Feita a partir de',
  filter: 'Filtrar',
  filterColumn: 'Coluna',
  filterText: 'Contém',
  sortBy: 'Ordenar por',
  foundRows: 'Até 100 linhas que correspondem.',
  noRows: 'Nenhuma linha corresponde.',
  versions: 'Versões',
  versionsIntro: 'Endereços permanentes: cada versão guarda o arquivo como era.',
  version: 'Versão de',
  permanent: 'Endereço permanente',
  copy: 'Copiar',
  copied: 'Copiado',
  ask: 'Pedir dados',
  askIntro: 'Que dados da cidade fazem falta? Diga quais, de que período e para quê.',
  report: 'Informar um erro',
  reportIntro: 'O que está errado, e onde? Diga a tabela, a linha ou a coluna, e o que seria o certo.',
  yourText: 'Sua mensagem',
  yourContact: 'E-mail para a resposta (opcional)',
  contactUse: 'O e-mail é usado só para responder e apagado quando o pedido termina.',
  send: 'Enviar',
  sent: 'Recebido',
  sentText: 'Obrigado. Sua mensagem está com a equipe; o número dela é',
  notSent: 'Não foi enviado',
  timeSlider: 'Período',
  play: 'Reproduzir',
  allTimes: 'Todos',
};

const EN: typeof PT = {
  title: 'Open data',
  intro: 'The city’s data for everyone: look, take and use.',
  skip: 'Skip to content',
  datasets: 'Datasets',
  none: 'No dataset has been published yet.',
  theme: 'Theme',
  owner: 'Owner',
  licence: 'Licence',
  frequency: 'Updates',
  updated: 'Updated on',
  tables: 'Tables',
  rows: 'rows',
  dictionary: 'Dictionary',
  column: 'Column',
  type: 'Type',
  description: 'Description',
  preview: 'Preview',
  firstRows: 'The first rows of the table.',
  download: 'Download',
  map: 'Map',
  mapHint: 'Move over an area to see its values.',
  mapFallback: 'The map needs JavaScript. The data is in the table below.',
  colour: 'Colour by',
  other: 'Português',
  console: 'Console',
  notFound: 'Not found',
  notFoundText: 'There is nothing at this address.',
  home: 'Home',
  search: 'Search',
  searchHint: 'Search titles, descriptions, tables and columns',
  nothingFound: 'Nothing found. Try other words, or take a filter away.',
  results: 'results',
  result: 'result',
  clear: 'Clear filters',
  filters: 'Filters',
  coverage: 'Coverage',
  contact: 'Contact',
  published: 'Published on',
  about: 'About',
  columns: 'columns',
  file: 'File',
  size: 'Size',
  made: 'is made when first asked for',
  checksum: 'Checksum (SHA-256)',
  api: 'API',
  apiIntro: 'The same data in parts, without a key: choose columns, filter, group and sort.',
  apiPages: 'An answer has 1,000 rows at the most; for the next page, pass next as cursor.',
  apiSql: 'Or ask in GoogleSQL, read-only, over all published tables:',
  machine: 'For machines',
  openapi: 'OpenAPI 3.1 description',
  chart: 'Chart',
  chartOf: 'Value',
  chartBy: 'By',
  countOfRows: 'Number of rows',
  draw: 'Draw',
  nothingToDraw: 'There is nothing to draw of this choice.',
  values: 'values',
  most: 'highest',
  asTable: 'Show as a table',
  unit: 'Unit',
  source: 'Where it comes from',
  madeOf: 'Made of',
  filter: 'Filter',
  filterColumn: 'Column',
  filterText: 'Contains',
  sortBy: 'Sort by',
  foundRows: 'Up to 100 rows that match.',
  noRows: 'No row matches.',
  versions: 'Versions',
  versionsIntro: 'Permanent addresses: each version keeps the file as it was.',
  version: 'Version of',
  permanent: 'Permanent address',
  copy: 'Copy',
  copied: 'Copied',
  ask: 'Ask for data',
  askIntro: 'Which of the city’s data are missing? Say which, of what time and what for.',
  report: 'Report an error',
  reportIntro: 'What is wrong, and where? Name the table, the row or column, and what would be right.',
  yourText: 'Your message',
  yourContact: 'E-mail for the answer (optional)',
  contactUse: 'The e-mail is used for the answer alone and erased when the request is closed.',
  send: 'Send',
  sent: 'Received',
  sentText: 'Thank you. Your message is with the team; its number is',
  notSent: 'It was not sent',
  timeSlider: 'Time',
  play: 'Play',
  allTimes: 'All',
};

export type Words = typeof PT;
const WORDS: Readonly<Record<Language, Words>> = { pt: PT, en: EN };
const LOCALES: Readonly<Record<Language, string>> = { pt: 'pt-BR', en: 'en-GB' };

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** The words of a language and its ways of writing numbers and dates. */
export interface Voice {
  readonly language: Language;
  readonly words: Words;
  number(value: number): string;
  date(value: Date): string;
  /** Without the time of day. */
  day(value: Date): string;
  bytes(value: number): string;
}

export function voiceOf(language: Language): Voice {
  const locale = LOCALES[language];
  return {
    language,
    words: WORDS[language],
    number: (value) => value.toLocaleString(locale),
    date: (value) =>
      value.toLocaleString(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'America/Sao_Paulo' }),
    day: (value) => value.toLocaleDateString(locale, { dateStyle: 'long', timeZone: 'America/Sao_Paulo' }),
    bytes: (value) => {
      const step = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, value)) / Math.log(1024)));
      const digits = step === 0 ? 0 : 1;
      return `${(value / 1024 ** step).toLocaleString(locale, { maximumFractionDigits: digits })} ${UNITS[step]}`;
    },
  };
}

/** `?lang=` decides; else the browser's first language; Portuguese for everyone but those who ask for English. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: string };
  if (lang === 'pt' || lang === 'en') return lang;
  const [first = ''] = (request.headers['accept-language'] ?? '').split(',');
  return /^en\b/i.test(first.trim()) ? 'en' : 'pt';
}
