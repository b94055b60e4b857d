/** Name of the shop, its pages, the sandbox notice and the language switch. */
import { useTranslation } from 'react-i18next'
import type { Language } from '../../shared/contracts/errors.ts'
import { LanguageSwitch } from './i18n/language-switch.tsx'
import { Link, usePage } from './routing/navigation.tsx'
import { ORDERS_PATH, SHOP_PATH } from './routing/page.ts'
import { useLanguage, useShopParts } from './shop-context.ts'

export function Header() {
  const { t } = useTranslation()
  const page = usePage()
  return (
    <header className="header">
      <div className="header-row">
        <Link to={SHOP_PATH} className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="9" className="brand-night" />
            <path d="M20.5 6.5a10 10 0 1 0 5 14.2A9 9 0 0 1 20.5 6.5z" className="brand-moon" />
          </svg>
          {t('shop.name')}
        </Link>
        <nav className="pages" aria-label={t('shop.pages')}>
          <Link to={ORDERS_PATH} aria-current={page.name === 'orders' ? 'page' : undefined}>
            {t('shop.orders')}
          </Link>
        </nav>
        <HeaderLanguages />
      </div>
      <p className="sandbox">
        <strong>{t('shop.sandbox')}</strong>
        <span>{t('shop.sandboxNote')}</span>
      </p>
    </header>
  )
}

function HeaderLanguages() {
  const { t, i18n } = useTranslation()
  const { keepLanguage } = useShopParts()
  const choose = (language: Language) => {
    keepLanguage(language)
    void i18n.changeLanguage(language)
  }
  return <LanguageSwitch label={t('shop.language')} current={useLanguage()} choose={choose} />
}
