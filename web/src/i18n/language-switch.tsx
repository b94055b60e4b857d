/** The languages, each in its own words, as links: another one is chosen without a new load, and opens in a new tab where a key asks for that. */
import type { Language } from '../../../shared/contracts/errors.ts'
import { shopLanguages, withLanguage, withoutLanguage } from './language.ts'

const ownNames = { ko: '한국어', en: 'English' } as const

interface LanguageSwitchProps {
  label: string
  current: Language
  choose(language: Language): void
}

export function LanguageSwitch({ label, current, choose }: LanguageSwitchProps) {
  return (
    <nav className="languages" aria-label={label}>
      {shopLanguages.map(language => (
        <a
          key={language}
          href={withLanguage(location.href, language)}
          lang={language}
          hrefLang={language}
          aria-current={language === current ? 'true' : undefined}
          onClick={event => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            history.replaceState(history.state, '', withoutLanguage(location.href))
            choose(language)
          }}
        >
          {ownNames[language]}
        </a>
      ))}
    </nav>
  )
}
