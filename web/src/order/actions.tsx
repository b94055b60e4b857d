/** What can be done with an order, what is being done, and what came of it. */
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { formatMoney } from '../money.ts'
import { type OrderActions, useLanguage } from '../shop-context.ts'
import { ProgressNote } from '../status/progress-note.tsx'
import { RefusalPanel } from '../status/refusal-panel.tsx'

interface ActionsProps {
  order: OrderActions
  payment: PaymentDetailView
}

export function Actions({ order, payment }: ActionsProps) {
  const { t } = useTranslation()
  const { progress, refusal } = order
  const isBusy = progress !== undefined
  return (
    <div className="actions">
      <ProgressNote progress={progress} />
      {refusal && <RefusalPanel {...refusal} />}
      {!isBusy && payment.pendingOperation && <p className="notice">{t('order.pendingElsewhere')}</p>}
      {payment.status === 'AUTHORIZED' && <CaptureButton order={order} payment={payment} isBusy={isBusy} />}
      {payment.status === 'COMPLETED' && <RefundButton order={order} payment={payment} isBusy={isBusy} />}
    </div>
  )
}

function CaptureButton({ order, payment, isBusy }: ActionsProps & { isBusy: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const total = formatMoney(payment.amount - payment.capturedAmount, payment.currency, language)
  return (
    <button type="button" className="button button-main" onClick={order.capture} disabled={isBusy} aria-busy={isBusy}>
      {isBusy ? t('order.capturing') : t('order.capture', { total })}
    </button>
  )
}

function RefundButton({ order, payment, isBusy }: ActionsProps & { isBusy: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const total = formatMoney(payment.capturedAmount - payment.refundedAmount, payment.currency, language)
  return (
    <>
      <button
        type="button"
        className="button button-refund"
        onClick={order.refund}
        disabled={isBusy}
        aria-busy={isBusy}
      >
        {isBusy ? t('order.refunding') : t('order.refund', { total })}
      </button>
      <p className="small">{t('order.refundNote')}</p>
    </>
  )
}
