/** What is captured: give back all that is left of it, or a part, as often as something is left. */
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoney } from '../money.ts'
import { REASON_LENGTH_MAX } from '../purchase/requests.ts'
import { useLanguage } from '../shop-context.ts'
import { AmountField, useAmount } from './amount-field.tsx'
import type { ActionFormProps } from './capture-form.tsx'

export function RefundForm({ payment, start, busy, isLocked }: ActionFormProps) {
  const { t } = useTranslation()
  const language = useLanguage()
  const { refundableAmount, capturedAmount, currency } = payment
  const { amount, submit, field } = useAmount(refundableAmount, currency)
  const [reasonText, setReasonText] = useState('')
  const reason = reasonText.trim() || undefined
  const total = formatMoney(amount ?? refundableAmount, currency, language)
  const isWhole = amount === capturedAmount
  return (
    <form
      className="action-form"
      onSubmit={event => {
        event.preventDefault()
        submit(value => start({ operation: 'refund', amount: value, reason }))
      }}
    >
      <AmountField label={t('order.refundAmount')} disabled={isLocked} {...field} />
      <ReasonField text={reasonText} onText={setReasonText} disabled={isLocked} />
      <button type="submit" className="button button-refund" disabled={isLocked} aria-busy={busy === 'refund'}>
        {busy === 'refund' && t('order.refunding')}
        {busy !== 'refund' && (isWhole ? t('order.refundAll', { total }) : t('order.refund', { total }))}
      </button>
    </form>
  )
}

interface ReasonFieldProps {
  text: string
  onText: (text: string) => void
  disabled: boolean
}

function ReasonField({ text, onText, disabled }: ReasonFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <div className="reason">
      <label htmlFor={id}>{t('order.refundReason')}</label>
      <input
        id={id}
        autoComplete="off"
        maxLength={REASON_LENGTH_MAX}
        value={text}
        disabled={disabled}
        onChange={event => onText(event.target.value)}
      />
    </div>
  )
}
