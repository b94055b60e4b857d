/** The form that saves what moved on an account as a CSV file. The page fetches it, because a link could not send the second secret. */
import { useEffect, useRef, useState } from 'react'
import { EXPORT_ENTRIES_MAX } from '../../../../shared/contracts/ledger-limits.ts'
import { useConsoleParts, useConsoleTexts, useLanguage } from '../console-context.ts'
import { Failure } from '../view/failure.tsx'
import { type CsvWords, exportCsv, fileNameOf } from './entries-csv.ts'
import { dayOf, spanOf } from './search.ts'

type Saving =
  | { kind: 'idle' }
  | { kind: 'running'; done: number; all: number | undefined }
  | { kind: 'saved'; entryCount: number }
  | { kind: 'too_many'; entryCount: number }
  | { kind: 'wrongDays' }
  | { kind: 'failed'; failure: unknown }

const DAYS_DEFAULT = 7
const DAY_MS = 86_400_000

export function SaveCsv({ account, currency }: { account: string; currency: string }) {
  const { t } = useConsoleTexts()
  const { session } = useConsoleParts()
  const [saving, setSaving] = useState<Saving>({ kind: 'idle' })
  const [nowMs] = useState(() => Date.now())
  const isShown = useRef(true)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])

  async function save(firstDay: string, lastDay: string) {
    const span = spanOf(firstDay, lastDay, Date.now())
    if (span === undefined) return setSaving({ kind: 'wrongDays' })
    setSaving({ kind: 'running', done: 0, all: undefined })
    try {
      const exported = await exportCsv(
        cursor => {
          if (!isShown.current) throw new Error('nobody sees the page any more')
          return session.call('exportEntries', { path: { account }, query: { currency, ...span, cursor } })
        },
        words(t),
        (done, all) => setSaving({ kind: 'running', done, all }),
      )
      if (!isShown.current) return
      if (exported.kind === 'too_many') return setSaving(exported)
      saveFile(fileNameOf(account, currency, `${firstDay}-${lastDay}`), exported.text)
      setSaving({ kind: 'saved', entryCount: exported.entryCount })
    } catch (failure) {
      setSaving({ kind: 'failed', failure })
    }
  }

  return (
    <form
      className="console-filters ledger-csv"
      aria-label={t('ledger.csv')}
      onSubmit={event => {
        event.preventDefault()
        const given = new FormData(event.currentTarget)
        void save(String(given.get('first')), String(given.get('last')))
      }}
    >
      <label>
        <span>{t('list.from')}</span>
        <input name="first" type="date" required defaultValue={dayOf(nowMs - (DAYS_DEFAULT - 1) * DAY_MS)} />
      </label>
      <label>
        <span>{t('list.to')}</span>
        <input name="last" type="date" required defaultValue={dayOf(nowMs)} />
      </label>
      <button type="submit" className="button button-small" disabled={saving.kind === 'running'}>
        {saving.kind === 'running' ? t('ledger.csvSaving') : t('ledger.csvSave')}
      </button>
      <SavingState saving={saving} />
    </form>
  )
}

function SavingState({ saving }: { saving: Saving }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = (count: number) => new Intl.NumberFormat(language).format(count)
  if (saving.kind === 'failed') return <Failure title={t('ledger.csvFailed')} failure={saving.failure} />
  return (
    <span role="status" className="small" data-saving={saving.kind}>
      {saving.kind === 'idle' && t('ledger.csvSays', { max: text(EXPORT_ENTRIES_MAX) })}
      {saving.kind === 'running' &&
        saving.all !== undefined &&
        t('ledger.csvProgress', { done: text(saving.done), all: text(saving.all) })}
      {saving.kind === 'saved' && t('ledger.csvSaved', { entries: text(saving.entryCount) })}
      {saving.kind === 'too_many' &&
        t('ledger.csvTooMany', { entries: text(saving.entryCount), max: text(EXPORT_ENTRIES_MAX) })}
      {saving.kind === 'wrongDays' && t('ledger.csvWrongDays')}
    </span>
  )
}

const words = (t: ReturnType<typeof useConsoleTexts>['t']): CsvWords => ({
  recorded: t('ledger.csvHeads.recorded'),
  occurred: t('ledger.csvHeads.occurred'),
  occurredVirtual: t('ledger.csvHeads.occurredVirtual'),
  type: t('ledger.type'),
  counterAccount: t('ledger.counterAccount'),
  debit: t('ledger.debit'),
  credit: t('ledger.credit'),
  balance: t('ledger.balance'),
  currency: t('ledger.currency'),
  payment: t('list.payment'),
  subject: t('ledger.subject'),
  event: t('ledger.event'),
  entry: t('ledger.csvHeads.entry'),
  opening: t('ledger.csvHeads.opening'),
})

function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
