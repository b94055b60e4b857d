/** Pages for addresses that lead nowhere, and for payments that the API does not know. */
import { useTranslation } from 'react-i18next'
import { Link } from '../routing/navigation.tsx'
import { ORDERS_PATH, SHOP_PATH } from '../routing/page.ts'

export function NotFoundPage() {
  const { t } = useTranslation()
  return <Message title={t('notFound.title')} body={t('notFound.body')} />
}

export function NoSuchOrder({ paymentId }: { paymentId: string }) {
  const { t } = useTranslation()
  return <Message title={t('notFound.orderTitle')} body={t('notFound.orderBody')} code={paymentId} />
}

function Message({ title, body, code }: { title: string; body: string; code?: string }) {
  const { t } = useTranslation()
  return (
    <div className="message-page">
      <svg viewBox="0 0 120 120" aria-hidden="true">
        <circle cx="60" cy="60" r="52" className="brand-night" />
        <path d="M72 26a36 36 0 1 0 18 50A33 33 0 0 1 72 26z" className="brand-moon" />
      </svg>
      <h1 data-result="" tabIndex={-1}>
        {title}
      </h1>
      <p className="lead">{body}</p>
      {code && <code>{code}</code>}
      <p className="message-links">
        <Link to={SHOP_PATH} className="button button-main">
          {t('notFound.toShop')}
        </Link>
        <Link to={ORDERS_PATH} className="button button-quiet">
          {t('shop.orders')}
        </Link>
      </p>
    </div>
  )
}
