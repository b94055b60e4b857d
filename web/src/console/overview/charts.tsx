/** The last hour by five minutes: what became of payments, and how long the acquirer took. */
import { Link } from '@tanstack/react-router'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { type Column, DataTable } from '../view/data-table.tsx'
import { formatDuration } from '../view/durations.ts'
import { Moment } from '../view/moment.tsx'
import { type Ahead, useVirtualNote } from '../view/use-virtual-note.ts'
import { Bars } from './bars.tsx'
import { approvedOfThousand, slotEnd } from './figures.ts'
import { useNumbers } from './use-numbers.ts'

type Payments = NonNullable<OverviewView['payments']>
type Acquirer = NonNullable<OverviewView['acquirer']>

export function PaymentsChart({ payments, ahead }: { payments: Payments; ahead: Ahead }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = useNumbers()
  const virtualNote = useVirtualNote(ahead)
  const { from, to, slots } = payments
  const share = approvedOfThousand(payments)
  const percent = new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 1 })
  const totals = slots.map(({ approved, refused, undecided }) => approved + refused + undecided)
  return (
    <>
      <p className="figure">
        <Link to="/payments" search={{ from, to }}>
          {share === null ? t('overview.payments.none') : percent.format(share / 1_000)}
        </Link>
      </p>
      <Bars
        bars={slots.map(({ approved, refused, undecided }) => [
          { tone: 'good', value: approved },
          { tone: 'undecided', value: undecided },
          { tone: 'bad', value: refused },
        ])}
      />
      <p className="small">
        <Moment at={from} /> – <Moment at={to} /> {virtualNote}
        {payments.from !== slots[0]?.from && <> · {t('overview.payments.partial')}</>} ·{' '}
        {t('overview.payments.most', { n: text(Math.max(0, ...totals)) })}
      </p>
      <ul className="legend">
        <li data-tone="good">
          {t('overview.payments.approved')} <strong>{text(payments.approved)}</strong>
        </li>
        <li data-tone="undecided">
          <Link to="/payments" search={{ tab: 'requested', from, to }}>
            {t('overview.payments.undecided')} <strong>{text(payments.undecided)}</strong>
          </Link>
        </li>
        <li data-tone="bad">
          <Link to="/payments" search={{ tab: 'refused', from, to }}>
            {t('overview.payments.refused')} <strong>{text(payments.refused)}</strong>
          </Link>
        </li>
      </ul>
      <details>
        <summary>{t('overview.payments.table')}</summary>
        <PaymentSlots payments={payments} />
      </details>
    </>
  )
}

function PaymentSlots({ payments: { slots, to } }: { payments: Payments }) {
  const { t } = useConsoleTexts()
  const text = useNumbers()
  const counts = (['approved', 'undecided', 'refused'] as const).map(
    (name): Column<Payments['slots'][number]> => ({
      name,
      title: t(`overview.payments.${name}`),
      isAmount: true,
      cell: slot => text(slot[name]),
    }),
  )
  return (
    <DataTable
      labelledBy="payments-title"
      rows={slots}
      keyOf={({ from }) => from}
      columns={[
        {
          name: 'from',
          title: t('overview.payments.since'),
          cell: slot => (
            <Link
              className="row-link"
              to="/payments"
              search={{ from: slot.from, to: slotEnd(slots, slots.indexOf(slot), to) }}
            >
              <Moment at={slot.from} />
            </Link>
          ),
        },
        ...counts,
      ]}
    />
  )
}

export function AcquirerChart({ acquirer, to }: { acquirer: Acquirer; to: string }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = useNumbers()
  const durationOf = (durationMs: number) => formatDuration(durationMs, language)
  const { slots, p95Ms, operations } = acquirer
  return (
    <>
      <p className="figure">
        <Link to="/" hash="slowest-title">
          {p95Ms === null ? t('overview.acquirer.none') : t('overview.acquirer.p95', { duration: durationOf(p95Ms) })}
        </Link>
      </p>
      <Bars bars={slots.map(slot => [{ tone: 'plain', value: slot.p95Ms ?? 0 }])} />
      <p className="small">
        <Moment at={slots[0]?.from ?? to} /> – <Moment at={to} /> ·{' '}
        {t('overview.acquirer.most', { duration: durationOf(Math.max(0, ...slots.map(slot => slot.p95Ms ?? 0))) })}
      </p>
      <p className="small">{t('overview.acquirer.sampled', { n: text(operations) })}</p>
      <details>
        <summary>{t('overview.acquirer.table')}</summary>
        <DataTable
          labelledBy="acquirer-title"
          rows={slots}
          keyOf={({ from }) => from}
          columns={[
            { name: 'from', title: t('overview.payments.since'), cell: ({ from }) => <Moment at={from} /> },
            {
              name: 'operations',
              title: t('overview.acquirer.operations'),
              isAmount: true,
              cell: slot => text(slot.operations),
            },
            {
              name: 'p95',
              title: 'p95',
              isAmount: true,
              cell: slot => (slot.p95Ms === null ? t('overview.none') : durationOf(slot.p95Ms)),
            },
          ]}
        />
      </details>
    </>
  )
}
