/** Payouts as rows. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { PayoutView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Moment } from '../view/moment.tsx'
import { Rows } from './list-parts.tsx'
import { PayoutTag } from './tags.tsx'

interface PayoutRowsProps {
  payouts: readonly PayoutView[]
  labelledBy: string
  empty: string
  /** What all of them share need not be said. */
  without?: 'batch' | 'file'
  /** At the end of each row. */
  action?: { label: string; of: (payout: PayoutView) => ReactNode }
}

export function PayoutRows({ payouts, labelledBy, empty, without, action }: PayoutRowsProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const batch = {
    label: t('settlement.payouts.batch'),
    cell: ({ batchId }: PayoutView) => (
      <Link to="/settlement/batches/$batchId" params={{ batchId }}>
        <code>{batchId}</code>
      </Link>
    ),
  }
  const file = {
    label: t('settlement.payouts.file'),
    cell: ({ fileId }: PayoutView) =>
      fileId === null ? (
        t('settlement.none')
      ) : (
        <Link to="/settlement/files/$fileId" params={{ fileId }}>
          <code>{fileId}</code>
        </Link>
      ),
  }
  return (
    <Rows
      rows={payouts}
      keyOf={({ payoutId }) => payoutId}
      labelledBy={labelledBy}
      empty={empty}
      columns={[
        { label: t('settlement.payouts.updatedAt'), cell: ({ updatedAt }) => <Moment at={updatedAt} /> },
        { label: t('settlement.state'), cell: ({ state }) => <PayoutTag state={state} /> },
        {
          label: t('settlement.amount'),
          isAmount: true,
          cell: ({ amount, currency }) => formatMoney(amount, currency, language),
        },
        { label: t('settlement.merchant'), cell: ({ merchantId }) => merchantId },
        { label: t('settlement.payouts.attempt'), isAmount: true, cell: ({ attempt }) => attempt },
        { label: t('settlement.payouts.payout'), cell: ({ payoutId }) => <code>{payoutId}</code> },
        ...(without === 'batch' ? [] : [batch]),
        ...(without === 'file' ? [] : [file]),
        ...(payouts.some(({ failure }) => failure !== null)
          ? [{ label: t('settlement.payouts.failure'), cell: ({ failure }: PayoutView) => failure ?? '' }]
          : []),
        ...(action === undefined ? [] : [{ label: action.label, cell: action.of }]),
      ]}
    />
  )
}
