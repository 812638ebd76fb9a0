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
};

export type Words = typeof PT;
const WORDS: Readonly<Record<Language, Words>> = { pt: PT, en: EN };
const LOCALES: Readonly<Record<Language, string>> = { pt: 'pt-BR', en: 'en-GB' };

/** The words of a language and its ways of writing numbers and dates. */
export interface Voice {
  readonly language: Language;
  readonly words: Words;
  number(value: number): string;
  date(value: Date): string;
}

export function voiceOf(language: Language): Voice {
  const locale = LOCALES[language];
  return {
    language,
    words: WORDS[language],
    number: (value) => value.toLocaleString(locale),
    date: (value) =>
      value.toLocaleString(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'America/Sao_Paulo' }),
  };
}

/** `?lang=` decides; else the browser's first language; Portuguese for everyone but those who ask for English. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: string };
  if (lang === 'pt' || lang === 'en') return lang;
  const [first = ''] = (request.headers['accept-language'] ?? '').split(',');
  return /^en\b/i.test(first.trim()) ? 'en' : 'pt';
}
