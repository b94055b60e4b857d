/** The form of a proposal: what to do with a break, and to which account its money goes. */
import { useId, useState } from 'react'
import type { ExplainedBreakView } from '../../../../shared/contracts/break-views.ts'
import { takesTarget } from '../../../../shared/contracts/counter-accounts.ts'
import { type CounterAccount, counterAccounts } from '../../../../shared/contracts/lists.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { WriteDialog } from '../view/write-dialog.tsx'
import { BreakTold } from './break-told.tsx'
import { useRefusalWords } from './refusal-words.ts'
import { type ProposalForm, usualWay, type Way, wantedIn, wantsMerchant, ways, wrongIn } from './wanted.ts'

interface ProposeDialogProps {
  of: ExplainedBreakView
  onClose: () => void
}

/** Begins with what its amount says it may be for, where that says one thing. */
function formOf(of: ExplainedBreakView): ProposalForm {
  const [hint] = of.hints.length === 1 ? of.hints : []
  const account = counterAccounts.find(each => each === hint?.account) ?? ''
  const merchantId = of.operation?.merchantId ?? ''
  return { way: usualWay(of), account, merchantId, target: hint?.target ?? '', amount: '' }
}

export function ProposeDialog({ of, onClose }: ProposeDialogProps) {
  const { t } = useConsoleTexts()
  const refused = useRefusalWords()
  const language = useLanguage()
  const [form, setForm] = useState(() => formOf(of))
  const wanted = wantedIn(form, of)
  return (
    <WriteDialog
      name="proposeForBreak"
      title={t('settlement.break.proposeTitle')}
      confirm={t('settlement.break.propose')}
      callOf={fields => wanted && { path: { breakId: of.breakId }, body: { ...fields, version: of.version, wanted } }}
      told={told => <BreakTold of={told} />}
      refused={refused}
      onClose={onClose}
    >
      <p>{t('settlement.break.proposeText')}</p>
      <p>
        {t('settlement.break.remaining')}{' '}
        <strong className="amount">{formatMoney(of.remaining, of.currency, language)}</strong>
      </p>
      <Fields form={form} currency={of.currency} onForm={setForm} />
    </WriteDialog>
  )
}

interface FieldsProps {
  form: ProposalForm
  currency: string
  onForm: (form: ProposalForm) => void
}

function Fields({ form, currency, onForm }: FieldsProps) {
  const { t } = useConsoleTexts()
  const id = useId()
  const wrong = wrongIn(form, currency)
  return (
    <>
      <div className="write-field">
        <label htmlFor={`${id}-way`}>{t('settlement.break.how')}</label>
        <select
          id={`${id}-way`}
          value={form.way}
          onChange={event => onForm({ ...form, way: event.target.value as Way })}
        >
          {ways.map(way => (
            <option key={way} value={way}>
              {t(`settlement.break.ways.${way}`)}
            </option>
          ))}
        </select>
      </div>
      {form.way === 'resolve' && (
        <>
          <div className="write-field">
            <label htmlFor={`${id}-account`}>{t('settlement.break.to')}</label>
            <select
              id={`${id}-account`}
              value={form.account}
              aria-invalid={wrong.includes('account')}
              onChange={event => onForm({ ...form, account: event.target.value as CounterAccount })}
            >
              <option value="" disabled>
                {t('settlement.break.choose')}
              </option>
              {counterAccounts.map(account => (
                <option key={account} value={account}>
                  {t(`settlement.accounts.${account}`)} ({account})
                </option>
              ))}
            </select>
          </div>
          {wantsMerchant(form.account) && (
            <TextField
              label={t('settlement.break.ofMerchant')}
              value={form.merchantId}
              isWrong={wrong.includes('merchantId')}
              onValue={merchantId => onForm({ ...form, merchantId })}
            />
          )}
          {form.account !== '' && takesTarget[form.account] !== 'never' && (
            <TextField
              label={t('settlement.break.target')}
              note={t('settlement.break.targetHelp')}
              value={form.target}
              isWrong={wrong.includes('target')}
              onValue={target => onForm({ ...form, target })}
            />
          )}
          <TextField
            label={`${t('settlement.break.howMuch')} (${currency})`}
            note={t(wrong.includes('amount') ? 'settlement.break.badAmount' : 'settlement.break.howMuchHelp')}
            value={form.amount}
            isWrong={wrong.includes('amount')}
            onValue={amount => onForm({ ...form, amount })}
          />
        </>
      )}
    </>
  )
}

interface TextFieldProps {
  label: string
  note?: string
  value: string
  isWrong: boolean
  onValue: (value: string) => void
}

function TextField({ label, note, value, isWrong, onValue }: TextFieldProps) {
  const id = useId()
  return (
    <div className="write-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        maxLength={64}
        autoComplete="off"
        aria-invalid={isWrong}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={event => onValue(event.target.value)}
      />
      {note !== undefined && (
        <p id={`${id}-note`} className={isWrong ? 'small field-wrong' : 'small'}>
          {note}
        </p>
      )}
    </div>
  )
}
