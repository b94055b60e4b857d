/** What stands beside a time that is virtual; nothing while virtual time is real time. */
import { useConsoleTexts } from '../console-context.ts'

/** Of an answer that says how far virtual time is ahead. */
export interface Ahead {
  virtualAheadMs: number
}

export function useVirtualNote({ virtualAheadMs }: Ahead): string {
  const { t } = useConsoleTexts()
  return virtualAheadMs > 0 ? `(${t('timeline.virtual')})` : ''
}
