/** Lets the compiler check every key given to `t`. */
import 'i18next'
import type { ConsoleTexts } from '../console/i18n/ko.ts'
import type { Texts } from './ko.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Texts; console: ConsoleTexts }
  }
}
