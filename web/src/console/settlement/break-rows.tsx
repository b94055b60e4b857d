/** Breaks as rows, with their ages. */
import { Link } from '@tanstack/react-router'
import type { AgedBreakView } from '../../../../shared/contracts/break-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Rows } from './list-parts.tsx'
import { missedMinor } from './missed.ts'
import { BreakTag, isOld } from './tags.tsx'

interface BreakRowsProps {
  breaks: readonly AgedBreakView[]
  labelledBy: string
}

export function BreakRows({ breaks, labelledBy }: BreakRowsProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <Rows
      rows={breaks}
      keyOf={({ breakId }) => breakId}
      labelledBy={labelledBy}
      empty={t('settlement.breaks.empty')}
      columns={[
        { label: t('settlement.breaks.openedOn'), cell: ({ openedOn }) => openedOn },
        { label: t('settlement.state'), cell: ({ state }) => <BreakTag state={state} /> },
        { label: t('settlement.breaks.class'), cell: row => t(`settlement.breakClasses.${row.class}`) },
        {
          label: t('settlement.breaks.remaining'),
          isAmount: true,
          cell: row => {
            const missed = missedMinor(row)
            return missed === undefined
              ? formatMoney(row.remaining, row.currency, language)
              : t('settlement.breaks.missed', { amount: formatMoney(missed, row.currency, language) })
          },
        },
        { label: t('settlement.breaks.age'), cell: row => <Age of={row} /> },
        { label: t('settlement.breaks.source'), cell: ({ sourceId }) => sourceId },
        { label: t('settlement.breaks.assignee'), cell: ({ assignee }) => assignee ?? t('settlement.none') },
        {
          label: t('settlement.breaks.break'),
          cell: ({ breakId }) => (
            <Link className="row-link" to="/reconciliation/breaks/$breakId" params={{ breakId }}>
              <code>{breakId}</code>
            </Link>
          ),
        },
      ]}
    />
  )
}

/** In business days, and for whom it is at that age. */
export function Age({ of }: { of: Pick<AgedBreakView, 'businessDays' | 'age' | 'escalation'> }) {
  const { t } = useConsoleTexts()
  const { businessDays, age, escalation } = of
  if (businessDays === null || escalation === null) return t('settlement.breaks.closed')
  return (
    <span className={isOld(age) ? 'room-missing' : undefined}>
      {t('settlement.breaks.forWhom', { days: businessDays, who: t(`settlement.escalations.${escalation}`) })}
    </span>
  )
}
