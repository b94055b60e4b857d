/** The list of payments: tabs, filters and pages, and the payment that is open beside it, all of which stand in the address. */
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type MouseEvent, useEffect, useRef } from 'react'
import type { FoundPaymentsView } from '../../../../shared/contracts/routes/find-payments.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleParts, useConsoleTexts, useLanguage } from '../console-context.ts'
import { type Column, DataTable } from '../view/data-table.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { formatFullTime } from '../view/times.ts'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { useIsWide } from '../view/use-width.ts'
import { useVisited } from '../view/visited.ts'
import { Filters } from './filters.tsx'
import { PaymentArticle, PaymentPanel } from './payment-page.tsx'
import {
  ALL_TIME,
  findQueryOf,
  inAllTime,
  type ListSearch,
  listSearchOf,
  nextPage,
  openOf,
  parseListSearch,
} from './search.ts'
import { StatusTabs } from './status-tabs.tsx'
import { StatusTag } from './status-tag.tsx'

const route = getRouteApi('/payments')

export function PaymentsPage() {
  // The router adds what else is in the address, such as a language.
  const query = route.useSearch()
  const search = listSearchOf(query)
  const open = openOf(query)
  const isWide = useIsWide()
  useFocusOnClosedRow(open)
  useKeptAsLastList(search)
  // A panel without room for its list is the payment's page.
  if (open !== undefined && !isWide) return <PaymentArticle paymentId={open} backTo={search} />
  return (
    <div className={open === undefined ? undefined : 'with-panel'}>
      <PaymentList search={search} open={open} />
      {open !== undefined && <PaymentPanel paymentId={open} backTo={search} />}
    </div>
  )
}

/** Whoever closes the panel goes on at the row that was open. */
function useFocusOnClosedRow(open: string | undefined) {
  const before = useRef(open)
  useEffect(() => {
    const closed = before.current
    before.current = open
    if (open !== undefined || closed === undefined || document.activeElement !== document.body) return
    document.querySelector<HTMLElement>(`[data-row="${CSS.escape(closed)}"] .row-link`)?.focus()
  }, [open])
}

/** The way back from a payment's own page, whose address says nothing of a list. */
function useKeptAsLastList(search: ListSearch) {
  const { lastList } = useConsoleParts()
  const text = JSON.stringify(search)
  useEffect(() => lastList.update(() => parseListSearch(text)), [lastList, text])
}

interface ListProps {
  search: ListSearch
  open: string | undefined
}

function PaymentList({ search, open }: ListProps) {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('findPayments', { query: findQueryOf(search) })
  return (
    <section aria-labelledby="payments-title">
      <h1 id="payments-title">{t('list.title')}</h1>
      <StatusTabs search={search} />
      <Filters search={search} />
      <Loaded read={read} loading={t('list.loading')} failed={t('list.failed')}>
        {page => <ListPage page={page} search={search} open={open} />}
      </Loaded>
    </section>
  )
}

function ListPage({ page, search, open }: ListProps & { page: FoundPaymentsView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { items, partial, nextCursor, from, to, searchedTo } = page
  const isFromBeginning = from === ALL_TIME
  const period = t(isFromBeginning ? 'list.searchedAll' : 'list.searched', {
    from: formatFullTime(from, language),
    to: formatFullTime(to, language),
  })
  return (
    <>
      {items.length === 0 ? (
        <div className="console-note" role="status">
          <p>{partial ? t('list.emptyPartial') : t('list.empty')}</p>
          <p>{t('list.searchedIn', { period })}</p>
        </div>
      ) : (
        <>
          <p className="small console-searched">{period}</p>
          <Rows items={items} search={search} open={open} />
        </>
      )}
      {items.length === 0 && !partial && !(isFromBeginning && search.to === undefined) && (
        <p>
          <Link to="/payments" search={inAllTime(search)} className="button button-small">
            {t('list.inAllTime')}
          </Link>
        </p>
      )}
      {partial && (
        <p className="console-note">
          <Moment at={searchedTo} text={time => t('list.partial', { time })} />
        </p>
      )}
      <nav aria-label={t('list.pages')} className="console-pages">
        {search.cursor !== undefined && (
          <Link to="/payments" search={{ ...search, cursor: undefined }} className="button button-small">
            {t('list.first')}
          </Link>
        )}
        {nextCursor !== null && (
          <Link to="/payments" search={nextPage(search, { from, to, nextCursor })} className="button button-small">
            {partial ? t('list.goOn') : t('list.next')}
          </Link>
        )}
      </nav>
    </>
  )
}

type Item = FoundPaymentsView['items'][number]

function Rows({ items, search, open }: ListProps & { items: Item[] }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const visited = useVisited()
  const columns: Column<Item>[] = [
    { name: 'createdAt', title: t('list.createdAt'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      name: 'status',
      title: t('list.status'),
      cell: ({ status, pendingOperation }) => <StatusTag status={status} isPending={pendingOperation !== null} />,
    },
    {
      name: 'amount',
      title: t('list.amount'),
      isAmount: true,
      cell: ({ amount, currency }) => formatMoney(amount, currency, language),
    },
    { name: 'merchantId', title: t('list.merchantId'), cell: ({ merchantId }) => merchantId },
    {
      name: 'orderId',
      title: t('list.orderId'),
      isExtra: true,
      cell: ({ orderId }) => orderId ?? t('payment.none'),
    },
    { name: 'method', title: t('list.method'), isExtra: true, cell: ({ method }) => method },
    {
      name: 'payment',
      title: t('list.payment'),
      cell: ({ paymentId }) => <PaymentLink paymentId={paymentId} search={search} isVisited={visited.has(paymentId)} />,
    },
  ]
  return (
    <DataTable
      labelledBy="payments-title"
      columns={columns}
      rows={items}
      keyOf={({ paymentId }) => paymentId}
      openKey={open}
      isVisited={({ paymentId }) => visited.has(paymentId)}
    />
  )
}

interface PaymentLinkProps {
  paymentId: string
  search: ListSearch
  isVisited: boolean
}

/** Its address is the payment's own page, for a new tab and for copying. Where there is room, a click opens it beside the list. */
function PaymentLink({ paymentId, search, isVisited }: PaymentLinkProps) {
  const { t } = useConsoleTexts()
  const navigate = useNavigate()
  const isWide = useIsWide()
  const openBeside = (event: MouseEvent) => {
    if (!isWide || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void navigate({ to: '/payments', search: { ...search, open: paymentId }, resetScroll: false })
  }
  return (
    <Link className="row-link" to="/payments/$paymentId" params={{ paymentId }} onClick={openBeside}>
      <code>{paymentId}</code>
      {isVisited && <span className="visually-hidden"> {t('shell.visited')}</span>}
    </Link>
  )
}
