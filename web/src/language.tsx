import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { COMMON_WORDS } from './words/common.ts';
import { DATA_WORDS } from './words/data.ts';
import { GOVERN_WORDS } from './words/govern.ts';
import { RUN_WORDS } from './words/runs.ts';
import { STATES } from './words/states.ts';

type Language = 'pt' | 'en';
type Words = Record<
  | keyof (typeof COMMON_WORDS)['pt']
  | keyof (typeof RUN_WORDS)['pt']
  | keyof (typeof DATA_WORDS)['pt']
  | keyof (typeof GOVERN_WORDS)['pt'],
  string
>;
const wordsOf = (language: Language): Words => ({
  ...COMMON_WORDS[language],
  ...RUN_WORDS[language],
  ...DATA_WORDS[language],
  ...GOVERN_WORDS[language],
});
const WORDS: Readonly<Record<Language, Words>> = { pt: wordsOf('pt'), en: wordsOf('en') };
const LOCALES = { pt: 'pt-BR', en: 'en-GB' };

export interface Voice {
  readonly language: Language;
  readonly words: Words;
  /** A run's or task's state, as people read it. */
  state(name: string): string;
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
      language,
      words: WORDS[language],
      state: (name) => (STATES[language] as Readonly<Record<string, string>>)[name] ?? name,
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
