/** The newest payments. */
import { Link } from '@tanstack/react-router'
import type { FoundPaymentsView } from '../../../../shared/contracts/routes/find-payments.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { StatusTag } from '../payments/status-tag.tsx'
import { DataTable } from '../view/data-table.tsx'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import type { Read } from '../view/use-operator-query.ts'

export function NewestPayments({ read }: { read: Read<FoundPaymentsView> }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <section aria-labelledby="newest-title" className="demo-section">
      <h2 id="newest-title">{t('demo.newest.title')}</h2>
      <Loaded read={read} loading={t('list.loading')} failed={t('list.failed')}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="console-note">{t('demo.newest.empty')}</p>
          ) : (
            <DataTable
              labelledBy="newest-title"
              rows={items}
              keyOf={({ paymentId }) => paymentId}
              columns={[
                { name: 'createdAt', title: t('list.createdAt'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
                {
                  name: 'status',
                  title: t('list.status'),
                  cell: ({ status, pendingOperation }) => (
                    <StatusTag status={status} isPending={pendingOperation !== null} />
                  ),
                },
                {
                  name: 'amount',
                  title: t('list.amount'),
                  isAmount: true,
                  cell: ({ amount, currency }) => formatMoney(amount, currency, language),
                },
                {
                  name: 'payment',
                  title: t('list.payment'),
                  cell: ({ paymentId }) => (
                    <Link className="row-link" to="/payments/$paymentId" params={{ paymentId }}>
                      <code>{paymentId}</code>
                    </Link>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  )
}
