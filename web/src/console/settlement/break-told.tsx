/** What a write came to, of a break. */
import type { BreakView } from '../../../../shared/contracts/recon-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { BreakTag } from './tags.tsx'

export function BreakTold({ of }: { of: BreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <p>
      <BreakTag state={of.state} /> {t('settlement.break.remaining')}{' '}
      <span className="amount">{formatMoney(of.remaining, of.currency, language)}</span>
    </p>
  )
}
