/** What an operator can do with the payment: a button for each, and its dialog. */
import { useId, useRef, useState } from 'react'
import type { MutationView, PaymentView } from '../../../../shared/contracts/payment.ts'
import { amountMinorOf, amountTextOf, formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage, useMay, useSessionState } from '../console-context.ts'
import type { CallFailure } from '../session/session.ts'
import { WriteDialog } from '../view/write-dialog.tsx'
import { type Action, possibleActions, refusalIn } from './possible-actions.ts'
import { StatusTag } from './status-tag.tsx'

export function Actions({ payment }: { payment: PaymentView }) {
  const { t } = useConsoleTexts()
  const titleId = useId()
  // With the payment as it was when the dialog was opened: what it asks for does not change under the reader's eyes.
  const [opened, setOpened] = useState<{ action: Action; payment: PaymentView }>()
  const possible = possibleActions(payment)
  const may = useMay('operator')
  const section = useRef<HTMLElement>(null)
  const close = () => {
    setOpened(undefined)
    // The button that would get the focus back may be gone.
    if (document.activeElement === document.body) section.current?.focus()
  }
  return (
    <section ref={section} tabIndex={-1} aria-labelledby={titleId} className="payment-actions">
      <h2 id={titleId}>{t('actions.title')}</h2>
      {!may && <NeedsOperator />}
      {may && possible.length === 0 && <p className="small">{t('actions.none')}</p>}
      {may && possible.length > 0 && (
        <p className="write-buttons">
          {possible.map(action => (
            <button
              key={action}
              type="button"
              className="button button-small"
              data-action={action}
              onClick={() => setOpened({ action, payment })}
            >
              {t(`actions.${action}`)}…
            </button>
          ))}
        </p>
      )}
      {opened && <ActionDialog {...opened} onClose={close} />}
    </section>
  )
}

function NeedsOperator() {
  const { t } = useConsoleTexts()
  const state = useSessionState()
  if (state.kind !== 'open') return null
  return (
    <p className="small">{t('write.needsRole', { role: t('roles.operator'), own: t(`roles.${state.view.role}`) })}</p>
  )
}

interface DialogProps {
  payment: PaymentView
  onClose: () => void
}

function ActionDialog({ action, ...props }: DialogProps & { action: Action }) {
  switch (action) {
    case 'capture':
      return <CaptureDialog {...props} />
    case 'refund':
      return <RefundDialog {...props} />
    case 'void':
      return <VoidDialog {...props} />
    case 'inquire':
      return <InquireDialog {...props} />
  }
}

function RefundDialog({ payment, onClose }: DialogProps) {
  const { t } = useConsoleTexts()
  const { paymentId, refundableAmount, currency } = payment
  const amount = useAmount(refundableAmount, currency)
  return (
    <WriteDialog
      name="operatorRefund"
      title={t('actions.refundTitle')}
      confirm={t('actions.refundNow', { amount: amount.shown })}
      callOf={fields =>
        amount.minor === undefined ? undefined : { path: { paymentId }, body: { amount: amount.minor, ...fields } }
      }
      told={after => <Told payment={after} />}
      refused={useRefusedWords(currency)}
      onClose={onClose}
    >
      <PaymentNamed payment={payment} />
      <AmountField label={t('actions.refundAmount')} {...amount} />
    </WriteDialog>
  )
}

function CaptureDialog({ payment, onClose }: DialogProps) {
  const { t } = useConsoleTexts()
  const { paymentId, capturableAmount, currency } = payment
  const amount = useAmount(capturableAmount, currency)
  const [keepsRest, setKeepsRest] = useState(false)
  const hasRest = amount.minor !== undefined && amount.minor < capturableAmount
  return (
    <WriteDialog
      name="operatorCapture"
      title={t('actions.captureTitle')}
      confirm={t('actions.captureNow', { amount: amount.shown })}
      callOf={fields =>
        amount.minor === undefined
          ? undefined
          : {
              path: { paymentId },
              body: { amount: amount.minor, finalCapture: !(hasRest && keepsRest), ...fields },
            }
      }
      told={after => <Told payment={after} />}
      refused={useRefusedWords(currency)}
      onClose={onClose}
    >
      <PaymentNamed payment={payment} />
      <AmountField label={t('actions.captureAmount')} {...amount} />
      {hasRest && (
        <label className="write-check">
          <input type="checkbox" checked={keepsRest} onChange={event => setKeepsRest(event.target.checked)} />
          {t('actions.keepRest')}
        </label>
      )}
    </WriteDialog>
  )
}

function VoidDialog({ payment, onClose }: DialogProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { paymentId, capturableAmount, currency } = payment
  return (
    <WriteDialog
      name="operatorVoid"
      title={t('actions.voidTitle')}
      confirm={t('actions.voidNow', { amount: formatMoney(capturableAmount, currency, language) })}
      callOf={fields => ({ path: { paymentId }, body: fields })}
      told={after => <Told payment={after} />}
      refused={useRefusedWords(currency)}
      onClose={onClose}
    >
      <PaymentNamed payment={payment} />
    </WriteDialog>
  )
}

function InquireDialog({ payment, onClose }: DialogProps) {
  const { t } = useConsoleTexts()
  const { paymentId } = payment
  return (
    <WriteDialog
      name="operatorInquire"
      title={t('actions.inquireTitle')}
      confirm={t('actions.inquireNow')}
      callOf={fields => ({ path: { paymentId }, body: fields })}
      told={({ operation }) => (
        <p>
          {operation === null
            ? t('actions.nothingUnknown')
            : t('actions.inquired', {
                kind: t(`timeline.kinds.${operation.kind}`),
                state: t(`timeline.states.${operation.state}`),
              })}
        </p>
      )}
      onClose={onClose}
    >
      <PaymentNamed payment={payment} />
      <p className="small">{t('actions.inquireNote')}</p>
    </WriteDialog>
  )
}

function PaymentNamed({ payment: { paymentId, merchantId, amount, currency } }: { payment: PaymentView }) {
  const language = useLanguage()
  return (
    <p className="small">
      <code>{paymentId}</code> · {merchantId} · {formatMoney(amount, currency, language)}
    </p>
  )
}

function Told({ payment }: { payment: MutationView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const money = (amountMinor: number) => formatMoney(amountMinor, payment.currency, language)
  return (
    <p>
      <StatusTag status={payment.status} isPending={payment.pendingOperation !== null} />{' '}
      {t('actions.told', { captured: money(payment.capturedAmount), refunded: money(payment.refundedAmount) })}
    </p>
  )
}

function useRefusedWords(currency: string): (failure: CallFailure) => string | undefined {
  const { t, i18n } = useConsoleTexts()
  const language = useLanguage()
  return failure => {
    const refusal = refusalIn(failure)
    switch (refusal?.kind) {
      case undefined:
        return undefined
      case 'declined':
        return t('actions.declined', { reason: refusal.reason })
      case 'amount':
        return t('actions.tooMuch', { amount: formatMoney(refusal.remainingMinor, currency, language) })
      case 'expired':
        return t('actions.expired')
      case 'status': {
        const word = `console:statuses.${refusal.status}`
        return t('actions.wrongStatus', { status: i18n.exists(word) ? i18n.t(word as never) : refusal.status })
      }
    }
  }
}

interface Amount {
  /** In the currency's minor unit; undefined while what stands in the field is none or too much. */
  minor: number | undefined
  /** As a person reads it; of a wrong one what was typed. */
  shown: string
  text: string
  setText: (text: string) => void
  max: string
}

/** Typed in the currency's own unit. Begins with all that there is. */
function useAmount(maxMinor: number, currency: string): Amount {
  const language = useLanguage()
  const [text, setText] = useState(() => amountTextOf(maxMinor, currency))
  const typed = amountMinorOf(text, currency)
  const minor = typed !== undefined && typed >= 1 && typed <= maxMinor ? typed : undefined
  const shown = minor === undefined ? text : formatMoney(minor, currency, language)
  return { minor, shown, text, setText, max: formatMoney(maxMinor, currency, language) }
}

function AmountField({ label, minor, text, setText, max }: Amount & { label: string }) {
  const { t } = useConsoleTexts()
  const id = useId()
  const isWrong = minor === undefined
  return (
    <div className="write-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="write-amount"
        inputMode="decimal"
        autoComplete="off"
        value={text}
        aria-invalid={isWrong}
        aria-describedby={`${id}-note`}
        onChange={event => setText(event.target.value)}
        onFocus={event => event.target.select()}
      />
      <p className={isWrong ? 'small field-wrong' : 'small'} id={`${id}-note`}>
        {t(isWrong ? 'actions.amountWrong' : 'actions.amountNote', { max })}
      </p>
    </div>
  )
}
