/** One entry of the ledger: both its accounts, and what it is of. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { LedgerEntryDetailView } from '../../../../shared/contracts/routes/get-ledger-entry.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { Failure } from '../view/failure.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { useVirtualNote } from '../view/use-virtual-note.ts'
import { AccountWords } from './account-name.tsx'
import './ledger.css'
import { Subject } from './subject.tsx'
import { aheadOf } from './virtual-entries.ts'

const route = getRouteApi('/ledger/entries/$entryId')

export function EntryPage() {
  const { t } = useConsoleTexts()
  const { entryId } = route.useParams()
  const read = useOperatorQuery('getLedgerEntry', { path: { entryId } })
  const isMissing = read.failure instanceof CallFailure && read.failure.code === 'NOT_FOUND'
  return (
    <article aria-labelledby="entry-title">
      <p>
        <Link to="/ledger">← {t('ledger.title')}</Link>
      </p>
      <h1 id="entry-title">
        {t('ledger.entry')} <code>{entryId}</code>
      </h1>
      {isMissing ? (
        <Failure title={t('ledger.noSuchEntry')} failure={read.failure} />
      ) : (
        <Loaded read={read} loading={t('ledger.entryLoading')} failed={t('ledger.entryFailed')}>
          {entry => <Entry entry={entry} />}
        </Loaded>
      )}
    </article>
  )
}

function Entry({ entry }: { entry: LedgerEntryDetailView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { entryId, type, debitAccount, creditAccount, amount, currency, occurredAt, recordedAt, eventId } = entry
  const virtualNote = useVirtualNote(aheadOf(entry))
  const sides = [
    ['debit', debitAccount],
    ['credit', creditAccount],
  ] as const
  return (
    <>
      <p className="payment-heading">
        <strong className="payment-amount">{formatMoney(amount, currency, language)}</strong> <code>{type}</code>
      </p>
      <dl className="facts ledger-entry">
        {sides.map(([side, account]) => (
          <div key={side}>
            <dt>{t(`ledger.${side}`)}</dt>
            <dd>
              <AccountWords account={account} />{' '}
              <Link to="/ledger/$account" params={{ account }} search={{ currency, entry: entryId }}>
                <code>{account}</code>
              </Link>
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('ledger.subject')}</dt>
          <dd>
            <Subject entry={entry} />
          </dd>
        </div>
        <div>
          <dt>{t('ledger.event')}</dt>
          <dd>
            <Link to="/lookup" search={{ id: eventId }}>
              <code>{eventId}</code>
            </Link>
          </dd>
        </div>
        <div>
          <dt>{t('ledger.recordedAt')}</dt>
          <dd>
            <Moment at={recordedAt} />
          </dd>
        </div>
        <div>
          <dt>{t('ledger.occurredAt')}</dt>
          <dd>
            <Moment at={occurredAt} /> {virtualNote}
          </dd>
        </div>
      </dl>
    </>
  )
}
