/** Which language the page speaks: Korean unless the address says `?lang=en`. */
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../../../shared/contracts/errors.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'

export const shopLanguages = ['ko', 'en'] as const satisfies readonly Language[]

export function languageOf(search: string): Language {
  return new URLSearchParams(search).get('lang') === 'en' ? 'en' : 'ko'
}

/** The same address in another language. */
export function withLanguage(href: string, language: Language): string {
  const url = new URL(href)
  url.searchParams.set('lang', language)
  return url.href
}

export function createI18n(language: Language): i18n {
  const instance = i18next.createInstance()
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'ko',
    resources: { ko: { translation: ko }, en: { translation: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  return instance
}
