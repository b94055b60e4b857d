/** The ledger entries of a payment in words, with their accounts, and what they leave on each account. */
import { useTranslation } from 'react-i18next'
import type { LedgerEntryView } from '../../../shared/contracts/payment.ts'
import { CURRENCY } from '../catalog/catalog.ts'
import { ko } from '../i18n/ko.ts'
import { formatMoney } from '../money.ts'
import { useLanguage } from '../shop-context.ts'
import { formatMoment } from '../times.ts'
import { balancesOf } from './money-trail.ts'

export function LedgerTable({ entries, amount }: { entries: readonly LedgerEntryView[]; amount: number }) {
  const { t } = useTranslation()
  return (
    <section className="sheet" aria-labelledby="ledger-title">
      <h2 id="ledger-title">{t('ledger.title')}</h2>
      <p className="sheet-lead">{t('ledger.lead')}</p>
      {entries.length === 0 ? (
        <p className="small">{t('ledger.empty')}</p>
      ) : (
        <>
          <ul className="entries">
            {entries.map(entry => (
              <Entry key={entry.entryId} entry={entry} amount={amount} />
            ))}
          </ul>
          <Balances entries={entries} />
        </>
      )}
    </section>
  )
}

function Entry({ entry, amount }: { entry: LedgerEntryView; amount: number }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const moved = formatMoney(entry.amount, entry.currency, language)
  const type = entry.type in ko.ledger.types ? (entry.type as keyof typeof ko.ledger.types) : 'other'
  const words = entry.type in ko.ledger.words ? (entry.type as keyof typeof ko.ledger.words) : 'other'
  return (
    <li className={`entry entry-${type}`} data-entry={entry.type}>
      <div className="entry-head">
        <p className="entry-type">
          {t(`ledger.types.${type}`)} <code className="technical">{entry.type}</code>
        </p>
        <p className="entry-amount">{moved}</p>
      </div>
      <p className="entry-words">{t(`ledger.words.${words}`, { amount: moved, rate: rateOf(entry.amount, amount) })}</p>
      <dl className="entry-accounts">
        <div>
          <dt>{t('ledger.debit')}</dt>
          <dd>
            <AccountName account={entry.debitAccount} />
          </dd>
        </div>
        <div>
          <dt>{t('ledger.credit')}</dt>
          <dd>
            <AccountName account={entry.creditAccount} />
          </dd>
        </div>
        <div>
          <dt>{t('ledger.at')}</dt>
          <dd>
            <time dateTime={entry.occurredAt}>{formatMoment(entry.occurredAt, language)}</time>
          </dd>
        </div>
      </dl>
    </li>
  )
}

/** The account for people, and its technical name. */
function AccountName({ account }: { account: string }) {
  const { t } = useTranslation()
  const kind = account.split(':')[0] ?? account
  return (
    <>
      {kind in ko.ledger.accounts && (
        <span className="account-name">{t(`ledger.accounts.${kind as keyof typeof ko.ledger.accounts}`)}</span>
      )}
      <code className="account-code technical">{account}</code>
    </>
  )
}

function Balances({ entries }: { entries: readonly LedgerEntryView[] }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const balances = balancesOf(entries)
  const feeKept = balances.some(({ account, amount }) => account.startsWith('merchant_payable') && amount < 0)
  return (
    <div className="balances">
      <h3>{t('ledger.balances')}</h3>
      <dl>
        {balances.map(({ account, amount }) => (
          <div key={account}>
            <dt>
              <AccountName account={account} />
            </dt>
            <dd className="balance-amount">{formatMoney(amount, entries[0]?.currency ?? CURRENCY, language)}</dd>
          </div>
        ))}
      </dl>
      {feeKept && <p className="small">{t('ledger.feeKept')}</p>}
    </div>
  )
}

const rateOf = (part: number, whole: number) => `${Number(((part / whole) * 100).toFixed(2))}%`
