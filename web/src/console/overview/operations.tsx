/** The operations behind the figures: those whose outcome is unknown, and those that the acquirer took longest for. */
import { Link } from '@tanstack/react-router'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { DataTable } from '../view/data-table.tsx'
import { formatDuration } from '../view/durations.ts'
import { Moment } from '../view/moment.tsx'
import { type Ahead, useVirtualNote } from '../view/use-virtual-note.ts'
import { useNumbers } from './use-numbers.ts'

type Unknown = NonNullable<OverviewView['unknown']>
type Acquirer = NonNullable<OverviewView['acquirer']>

const PaymentLink = ({ paymentId }: { paymentId: string }) => (
  <Link className="row-link" to="/payments/$paymentId" params={{ paymentId }}>
    <code>{paymentId}</code>
  </Link>
)

interface UnknownProps {
  unknown: Unknown
  ahead: Ahead
}

export function UnknownOperations({ unknown: { operations, oldest }, ahead }: UnknownProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = useNumbers()
  const virtualNote = useVirtualNote(ahead)
  return (
    <section aria-labelledby="unknown-title" className="overview-list">
      <h2 id="unknown-title">{t('overview.parts.unknown')}</h2>
      {oldest.length === 0 && <p className="console-note">{t('overview.unknown.empty')}</p>}
      {oldest.length > 0 && operations > oldest.length && (
        <p className="small">{t('overview.unknown.oldest', { n: text(oldest.length) })}</p>
      )}
      {oldest.length > 0 && (
        <DataTable
          labelledBy="unknown-title"
          rows={oldest}
          keyOf={({ operationId }) => operationId}
          columns={[
            {
              name: 'claimedAt',
              title: `${t('overview.unknown.claimedAt')} ${virtualNote}`.trim(),
              cell: ({ claimedAt }) => <Moment at={claimedAt} />,
            },
            {
              name: 'kind',
              title: t('overview.unknown.kind'),
              cell: ({ kind }) => <span className="tag tag-undecided">{t(`timeline.kinds.${kind}`)}</span>,
            },
            {
              name: 'amount',
              title: t('overview.unknown.amount'),
              isAmount: true,
              cell: ({ amount, currency }) => formatMoney(amount, currency, language),
            },
            {
              name: 'payment',
              title: t('overview.unknown.payment'),
              cell: ({ paymentId }) => <PaymentLink paymentId={paymentId} />,
            },
          ]}
        />
      )}
    </section>
  )
}

export function SlowestOperations({ acquirer: { slowest, operations, slots } }: { acquirer: Acquirer }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = useNumbers()
  return (
    <section aria-labelledby="slowest-title" className="overview-list">
      <h2 id="slowest-title">{t('overview.acquirer.slowest')}</h2>
      {slowest.length > 0 && slots[0] && (
        <p className="small">
          <Moment at={slots[0].from} text={time => t('overview.acquirer.slowestOf', { n: text(operations), time })} />
        </p>
      )}
      {slowest.length === 0 ? (
        <p className="console-note">{t('overview.none')}</p>
      ) : (
        <DataTable
          labelledBy="slowest-title"
          rows={slowest}
          keyOf={({ operationId }) => operationId}
          columns={[
            {
              name: 'answeredAt',
              title: t('overview.acquirer.answeredAt'),
              cell: ({ answeredAt }) => <Moment at={answeredAt} />,
            },
            { name: 'kind', title: t('overview.unknown.kind'), cell: ({ kind }) => t(`timeline.kinds.${kind}`) },
            {
              name: 'took',
              title: t('overview.acquirer.took'),
              isAmount: true,
              cell: ({ tookMs }) => formatDuration(tookMs, language),
            },
            {
              name: 'payment',
              title: t('overview.unknown.payment'),
              cell: ({ paymentId }) => <PaymentLink paymentId={paymentId} />,
            },
          ]}
        />
      )}
    </section>
  )
}
