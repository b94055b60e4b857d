/** What has become of an order, in one line, with its seal. */
import { useTranslation } from 'react-i18next'
import type { PaymentStatus } from '../../../shared/contracts/lists.ts'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { Link } from '../routing/navigation.tsx'
import { SHOP_PATH } from '../routing/page.ts'

type Seal = 'done' | 'back' | 'open' | 'bad'

const seals: Record<PaymentStatus, Seal> = {
  REQUESTED: 'open',
  AUTHORIZED: 'open',
  DECLINED: 'bad',
  FAILED: 'bad',
  PARTIALLY_CAPTURED: 'open',
  COMPLETED: 'done',
  VOIDED: 'back',
  EXPIRED: 'back',
  PARTIALLY_REFUNDED: 'back',
  REFUNDED: 'back',
}

const sealPaths: Record<Seal, string> = {
  done: 'M5 12.5l4.5 4.5L19 7.5',
  back: 'M5 10h10a4.5 4.5 0 0 1 0 9h-4M5 10l4-4M5 10l4 4',
  open: 'M12 4a8 8 0 1 0 .01 0M12 8v4.5l3 1.8',
  bad: 'M7 7l10 10M17 7L7 17',
}

interface OrderHeadingProps {
  payment: PaymentDetailView
  lead: string
  /** Something else on the page is what the buyer waited for. */
  isTroubled: boolean
}

export function OrderHeading({ payment, lead, isTroubled }: OrderHeadingProps) {
  const { t } = useTranslation()
  // A newer API may say a status that this page does not know.
  const seal = seals[payment.status] ?? 'open'
  return (
    <div className="order-heading">
      <span className={`seal seal-${seal}`}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={sealPaths[seal]} />
        </svg>
      </span>
      <div>
        {/* Another status is another heading: the focus goes to it. */}
        <h1 key={payment.status} data-result={isTroubled ? undefined : ''} tabIndex={-1}>
          {t(`order.titles.${payment.status}`, { defaultValue: payment.message })}
        </h1>
        <p className="lead">{lead}</p>
      </div>
      <div className="order-links">
        <button type="button" className="button button-quiet" onClick={() => print()}>
          {t('order.print')}
        </button>
        <Link to={SHOP_PATH} className="button button-quiet">
          {t('order.again')}
        </Link>
      </div>
    </div>
  )
}
