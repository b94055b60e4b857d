/** The page: header, notices, and what the address names. */
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Header } from './header.tsx'
import { OrderPage } from './order/order-page.tsx'
import { OrdersPage } from './order/orders-page.tsx'
import { usePage } from './routing/navigation.tsx'
import type { Page } from './routing/page.ts'
import { ShopPage } from './shop/shop-page.tsx'
import { useLanguage } from './shop-context.ts'
import { ConnectionNotice } from './status/connection-notice.tsx'
import { NotFoundPage } from './status/not-found.tsx'

export function App() {
  const { t } = useTranslation()
  const language = useLanguage()
  const page = usePage()
  const main = useRef<HTMLElement>(null)
  useFocusOnResult(main)

  const title = page.name === 'shop' ? t('shop.title') : `${t(`shop.titles.${page.name}`)} | ${t('shop.name')}`
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
      <main id="main" tabIndex={-1} ref={main}>
        <PageView page={page} />
      </main>
      <footer className="footer">
        <p>{t('shop.footer')}</p>
      </footer>
    </>
  )
}

function PageView({ page }: { page: Page }) {
  switch (page.name) {
    case 'shop':
      return <ShopPage />
    case 'orders':
      return <OrdersPage />
    case 'order':
      return <OrderPage key={page.paymentId} paymentId={page.paymentId} />
    case 'notFound':
      return <NotFoundPage />
  }
}

/**
 * Moves the focus to what the visitor waited for, as it comes: each view marks it with `data-result`.
 * Never before the visitor has done anything, so that opening a page begins at its top.
 */
function useFocusOnResult(main: React.RefObject<HTMLElement | null>) {
  useEffect(() => {
    const observer = new MutationObserver(records => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes])
      const result = added.map(resultIn).find(element => element !== null)
      if (navigator.userActivation?.hasBeenActive === false) return
      result?.focus({ preventScroll: result.tagName === 'H1' })
      // All of a panel, not only its heading.
      result?.closest('.panel')?.scrollIntoView({ block: 'nearest' })
    })
    if (main.current) observer.observe(main.current, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [main])
}

function resultIn(node: Node): HTMLElement | null {
  if (!(node instanceof HTMLElement) || !node.isConnected) return null
  return node.matches('[data-result]') ? node : node.querySelector<HTMLElement>('[data-result]')
}
