/** The page: header, notices, and either the shop window or the order. */
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Header } from './header.tsx'
import { OrderPage } from './order/order-page.tsx'
import { ShopPage } from './shop/shop-page.tsx'
import { type Shop, useLanguage, useShop } from './shop-context.ts'
import { ConnectionNotice } from './status/connection-notice.tsx'

export function App() {
  const { t } = useTranslation()
  const language = useLanguage()
  const shop = useShop()
  useFocusOnResult(shop)

  const title = t('shop.title')
  useEffect(() => {
    document.documentElement.lang = language
    document.title = title
  }, [language, title])

  return (
    <>
      <a className="skip-link" href="#main">
        {t('shop.skip')}
      </a>
      <Header />
      <ConnectionNotice />
      <main id="main" tabIndex={-1}>
        {showsOrder(shop) ? <OrderPage shop={shop} /> : <ShopPage shop={shop} />}
      </main>
      <footer className="footer">
        <p>{t('shop.footer')}</p>
      </footer>
    </>
  )
}

const showsOrder = ({ purchase }: Shop) =>
  purchase.step === 'paid' || purchase.step === 'refunding' || purchase.step === 'refunded'

/** Moves the focus to what the buyer waited for, once it is there; never on the first view, nor while a choice is changed. */
function useFocusOnResult({ purchase, busy, unknown }: Shop) {
  const state = unknown ? 'unknown' : purchase.step
  const previous = useRef<string>(state)
  useEffect(() => {
    const before = previous.current
    previous.current = state
    const choosingAgain = before === 'refused' && state === 'choosing'
    const justBegun = busy && before !== 'unknown'
    if (before === state || choosingAgain || justBegun) return
    const result = document.querySelector<HTMLElement>('[data-result]')
    const wholePage = result?.tagName === 'H1'
    if (wholePage) window.scrollTo(0, 0)
    result?.focus({ preventScroll: wholePage })
  }, [state, busy])
}
