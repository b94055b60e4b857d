/** What an id is of: one page is shown at once, several are listed. */
import { getRouteApi, Link, Navigate } from '@tanstack/react-router'
import type { LookupView } from '../../../../shared/contracts/routes/look-up.ts'
import { useConsoleTexts } from '../console-context.ts'
import { addressOfPage } from '../search/options.ts'
import { type Column, DataTable } from '../view/data-table.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { LookupForm } from './lookup-form.tsx'
import { paymentsOfMerchant, paymentsOfOrder } from './search.ts'

const route = getRouteApi('/lookup')

export function LookupPage() {
  const { t } = useConsoleTexts()
  const { id } = route.useSearch()
  return (
    <section aria-labelledby="lookup-title">
      <h1 id="lookup-title">{t('lookup.title')}</h1>
      <LookupForm />
      {id === undefined ? (
        <div className="console-note">
          <p>{t('lookup.prompt')}</p>
          <p>{t('lookup.which')}</p>
        </div>
      ) : (
        <Found id={id} />
      )}
    </section>
  )
}

function Found({ id }: { id: string }) {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('lookUp', { query: { id } })
  return (
    <>
      <p>
        <code>{id}</code>{' '}
        {/^led_[0-9A-Z]{26}$/.test(id) && (
          <Link to="/ledger/entries/$entryId" params={{ entryId: id }}>
            {t('ledger.inLedger')}
          </Link>
        )}
      </p>
      <Loaded read={read} loading={t('lookup.loading')} failed={t('lookup.failed')}>
        {found => <Matches found={found} />}
      </Loaded>
    </>
  )
}

type Match = LookupView['matches'][number]

function Matches({ found: { id, matches, more } }: { found: LookupView }) {
  const { t } = useConsoleTexts()
  const [first, ...others] = matches
  if (first === undefined) return <Nothing id={id} />
  const { pageId } = first
  // There is nothing to choose: whoever goes back comes to where the search was begun.
  if (pageId !== null && others.every(other => other.pageId === pageId))
    return <Navigate {...addressOfPage(pageId)} replace />
  const columns: Column<Match>[] = [
    { name: 'page', title: t('lookup.page'), cell: ({ pageId }) => <PageLink pageId={pageId} /> },
    { name: 'kind', title: t('lookup.kind'), cell: ({ kind }) => t(`lookup.kinds.${kind}`) },
    { name: 'merchant', title: t('lookup.merchant'), cell: ({ merchantId }) => merchantId ?? t('payment.none') },
    {
      name: 'at',
      title: t('lookup.at'),
      cell: ({ createdAt }) => (createdAt === null ? t('payment.none') : <Moment at={createdAt} />),
    },
  ]
  return (
    <>
      <DataTable
        labelledBy="lookup-title"
        columns={columns}
        rows={matches}
        keyOf={({ kind, pageId, operationId }) => `${kind} ${pageId} ${operationId}`}
      />
      {more && <p className="console-note">{t('lookup.more')}</p>}
      {matches.some(({ kind }) => kind === 'order') && (
        <p>
          <Link to="/payments" search={paymentsOfOrder(id)}>
            {t('lookup.ofOrder', { id })}
          </Link>
        </p>
      )}
    </>
  )
}

function PageLink({ pageId }: { pageId: string | null }) {
  const { t } = useConsoleTexts()
  if (pageId === null) return t('lookup.noPage')
  return (
    <Link className="row-link" {...addressOfPage(pageId)}>
      <code>{pageId}</code>
    </Link>
  )
}

/** What is not looked up may still be there. An order is: that it has no payment is known. */
function Nothing({ id }: { id: string }) {
  const { t } = useConsoleTexts()
  const ofMerchant = paymentsOfMerchant(id)
  return (
    <>
      <div className="console-note" role="status">
        <p>{t('lookup.none')}</p>
        <p>{t('lookup.which')}</p>
      </div>
      <ul aria-label={t('lookup.elsewhere')} className="console-chips">
        {ofMerchant && (
          <li>
            <Link to="/payments" search={ofMerchant} className="chip">
              {t('lookup.ofMerchant', { id })}
            </Link>
          </li>
        )}
        <li>
          <Link to="/ledger" className="chip">
            {t('ledger.title')}
          </Link>
        </li>
        <li>
          <Link to="/settlement/payouts" className="chip">
            {t('settlement.tabs.payouts')}
          </Link>
        </li>
      </ul>
    </>
  )
}
