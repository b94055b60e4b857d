/** Which language the page speaks: the address's, else the one chosen before, else the browser's first that the shop has. */
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../../../shared/contracts/errors.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'

export const shopLanguages = ['ko', 'en'] as const satisfies readonly Language[]

const STORAGE_KEY = 'shop.language'

export interface LanguageSigns {
  /** The address's query. */
  search: string
  /** What a visitor chose before. */
  chosen: string | null
  /** As `navigator.languages`, the best first. */
  preferred: readonly string[]
}

/** English for whoever reads neither. */
export function languageOf({ search, chosen, preferred }: LanguageSigns): Language {
  const wishes = [new URLSearchParams(search).get('lang'), chosen, ...preferred]
  return wishes.map(shopLanguageOf).find(language => language !== undefined) ?? 'en'
}

const shopLanguageOf = (tag: string | null): Language | undefined =>
  shopLanguages.find(language => language === tag?.toLowerCase().split('-')[0])

export const chosenLanguage = (storage: Pick<Storage, 'getItem'> | undefined): string | null =>
  storage?.getItem(STORAGE_KEY) ?? null

/** A full or forbidden storage only forgets the choice. */
export function keepLanguage(storage: Pick<Storage, 'setItem'> | undefined, language: Language): void {
  try {
    storage?.setItem(STORAGE_KEY, language)
  } catch {}
}

/** The same address in another language. */
export function withLanguage(href: string, language: Language): string {
  const url = new URL(href)
  url.searchParams.set('lang', language)
  return url.href
}

/** The same address, leaving the language to the visitor. */
export function withoutLanguage(href: string): string {
  const url = new URL(href)
  url.searchParams.delete('lang')
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
