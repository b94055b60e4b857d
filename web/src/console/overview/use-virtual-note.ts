/** What stands beside a figure whose time is virtual; nothing while virtual time is real time. */
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts } from '../console-context.ts'

export type Ahead = Pick<OverviewView, 'virtualAheadMs'>

export function useVirtualNote({ virtualAheadMs }: Ahead): string {
  const { t } = useConsoleTexts()
  return virtualAheadMs > 0 ? `(${t('timeline.virtual')})` : ''
}
