/** An amount of money that is typed: what may stand there is said beside it, and a wrong one is kept and named. */
import { useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { amountMinorOf, amountTextOf, formatMoney } from '../money.ts'
import { useLanguage } from '../shop-context.ts'

export interface AmountForm {
  /** In the currency's minor unit; undefined while what stands in the field is none or too much. */
  amount: number | undefined
  /** Hands the amount on, or leads to the field when it is wrong. */
  submit: (send: (amount: number) => void) => void
  field: AmountFieldProps
}

interface AmountFieldProps {
  inputRef: React.RefObject<HTMLInputElement | null>
  text: string
  onText: (text: string) => void
  onLeave: () => void
  max: number
  currency: string
  isWrong: boolean
}

/** Begins with all of `max`, in the currency's minor unit. */
export function useAmount(max: number, currency: string): AmountForm {
  const [text, setText] = useState(() => amountTextOf(max, currency))
  const inputRef = useRef<HTMLInputElement>(null)
  const typed = amountMinorOf(text, currency)
  const amount = typed !== undefined && typed >= 1 && typed <= max ? typed : undefined
  return {
    amount,
    submit: send => (amount === undefined ? inputRef.current?.focus() : send(amount)),
    field: {
      inputRef,
      text,
      onText: setText,
      // What is read in one glance is checked in one glance.
      onLeave: () => typed !== undefined && setText(amountTextOf(typed, currency)),
      max,
      currency,
      isWrong: amount === undefined,
    },
  }
}

export function AmountField({
  label,
  disabled,
  inputRef,
  text,
  onText,
  onLeave,
  max,
  currency,
  isWrong,
}: AmountFieldProps & { label: string; disabled: boolean }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const id = useId()
  const range = { min: formatMoney(1, currency, language), max: formatMoney(max, currency, language) }
  return (
    <div className="amount">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={inputRef}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        disabled={disabled}
        aria-invalid={isWrong}
        aria-describedby={`${id}-note`}
        onChange={event => onText(event.target.value)}
        onBlur={onLeave}
      />
      <p className={isWrong ? 'small amount-wrong' : 'small'} id={`${id}-note`} role="status">
        {isWrong ? t('order.amountWrong', range) : t('order.amountNote', range)}
      </p>
    </div>
  )
}
