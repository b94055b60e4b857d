/** What is held: capture all of it or a part, or let it go. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PaymentDetailView } from '../../../shared/contracts/routes/get-payment.ts'
import { formatMoney } from '../money.ts'
import type { Change, Operation } from '../purchase/requests.ts'
import { useLanguage } from '../shop-context.ts'
import { AmountField, useAmount } from './amount-field.tsx'

export interface ActionFormProps {
  payment: PaymentDetailView
  start: (change: Change) => void
  /** The operation of this browser whose answer is awaited. */
  busy: Operation | undefined
  /** An operation is in progress, here or elsewhere. */
  isLocked: boolean
}

export function CaptureForm({ payment, start, busy, isLocked }: ActionFormProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { capturableAmount, capturedAmount, currency } = payment
  const { amount, submit, field } = useAmount(capturableAmount, currency)
  const [keepsRest, setKeepsRest] = useState(false)
  const money = (value: number) => formatMoney(value, currency, language)
  const rest = amount === undefined ? 0 : capturableAmount - amount
  return (
    <form
      className="action-form"
      onSubmit={event => {
        event.preventDefault()
        submit(value => start({ operation: 'capture', amount: value, finalCapture: rest === 0 || !keepsRest }))
      }}
    >
      <AmountField label={t('order.captureAmount')} disabled={isLocked} {...field} />
      {rest > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={keepsRest}
            disabled={isLocked}
            onChange={event => setKeepsRest(event.target.checked)}
          />
          {t('order.keepsRest', { rest: money(rest) })}
        </label>
      )}
      <button type="submit" className="button button-main" disabled={isLocked} aria-busy={busy === 'capture'}>
        {busy === 'capture' ? t('order.capturing') : t('order.capture', { total: money(amount ?? capturableAmount) })}
      </button>
      <button
        type="button"
        className="button button-refund"
        disabled={isLocked}
        aria-busy={busy === 'void'}
        onClick={() => start({ operation: 'void' })}
      >
        {busy === 'void' && t('order.voiding')}
        {busy !== 'void' &&
          (capturedAmount > 0 ? t('order.release', { rest: money(capturableAmount) }) : t('order.void'))}
      </button>
    </form>
  )
}
