/** i18next with the console's texts, in a namespace of their own beside the shop's. */
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Language } from '../../../../shared/contracts/errors.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'

export function createConsoleI18n(language: Language): i18n {
  const instance = i18next.createInstance()
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'ko',
    defaultNS: 'console',
    resources: { ko: { console: ko }, en: { console: en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  })
  return instance
}
