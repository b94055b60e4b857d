/** What can be done with an order, what is being done, and what came of it. */
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { formatMoney } from '../money.ts'
import { ClockControl } from '../sandbox/clock-control.tsx'
import { type OrderActions, useLanguage } from '../shop-context.ts'
import { ProgressNote } from '../status/progress-note.tsx'
import { RefusalPanel } from '../status/refusal-panel.tsx'
import { UncertainNote } from '../status/uncertain-note.tsx'
import { CaptureForm } from './capture-form.tsx'
import { RefundForm } from './refund-form.tsx'
import { TimeLeft } from './time-left.tsx'

interface ActionsProps {
  order: OrderActions
  payment: PaymentDetailView
}

export function Actions({ order, payment }: ActionsProps) {
  const { progress, refusal, start } = order
  const { pendingOperation, capturableAmount, refundableAmount, captureBefore } = payment
  const dueAt = capturableAmount > 0 ? captureBefore : null
  const form = { payment, start, busy: progress?.operation, isLocked: Boolean(progress ?? pendingOperation) }
  return (
    <div className="actions">
      <ProgressNote progress={progress} />
      <UncertainNote progress={progress} />
      {refusal && <RefusalPanel {...refusal} />}
      {!progress && pendingOperation && <PendingElsewhere payment={payment} />}
      {dueAt !== null && <TimeLeft captureBefore={dueAt} />}
      <ClockControl dueAt={dueAt} />
      {/* Another amount that is left is another form. */}
      {capturableAmount > 0 && <CaptureForm key={capturableAmount} {...form} />}
      {refundableAmount > 0 && <RefundForm key={refundableAmount} {...form} />}
    </div>
  )
}

/** An operation that this browser did not ask for, or whose request it no longer has. */
function PendingElsewhere({ payment: { pendingOperation, currency } }: Pick<ActionsProps, 'payment'>) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (pendingOperation === null) return null
  return (
    <div className="panel panel-warning">
      <p>
        {t(`order.pending.${pendingOperation.kind}`, {
          amount: formatMoney(pendingOperation.amount, currency, language),
        })}
      </p>
      <p>{t('order.pendingElsewhere')}</p>
    </div>
  )
}
