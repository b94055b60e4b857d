/** The state of a dead letter: one that waits wants a decision, so it is amber. */
import type { DeadLetterState } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'

const tones: Record<DeadLetterState, 'undecided' | 'good' | 'plain'> = {
  WAITING: 'undecided',
  REDRIVEN: 'good',
  PUT_ASIDE: 'plain',
}

export function LetterState({ state }: { state: DeadLetterState }) {
  const { t } = useConsoleTexts()
  return <span className={`tag tag-${tones[state]}`}>{t(`events.states.${state}`)}</span>
}
