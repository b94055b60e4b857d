/** States in one word each. What is undecided or waits for a person is amber; red is for what was refused or failed. */
import type {
  AgeName,
  BatchState,
  BreakState,
  PayoutFileState,
  PayoutState,
  ReconFileState,
} from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'

type Tone = 'undecided' | 'plain' | 'good' | 'bad'

const batchTones: Record<BatchState, Tone> = {
  ...{ OPEN: 'plain', CLOSED: 'plain', HELD: 'undecided', PAID: 'good', CARRIED: 'plain' },
}
const payoutTones: Record<PayoutState, Tone> = {
  ...{ CREATED: 'undecided', APPROVED: 'plain', SENT: 'undecided', CONFIRMED: 'plain', PAID: 'good' },
  ...{ RETURNED: 'bad', FAILED: 'bad', CANCELED: 'plain' },
}
const fileTones: Record<PayoutFileState, Tone> = {
  ...{ PREPARED: 'undecided', APPROVED: 'plain', SENT: 'undecided', ACCEPTED: 'good', REJECTED: 'bad' },
  CANCELED: 'plain',
}
const reconFileTones: Record<ReconFileState, Tone> = {
  ...{ RECEIVED: 'plain', PARSED: 'plain', MATCHING: 'plain', DONE: 'good', REJECTED: 'bad' },
}
const breakTones: Record<BreakState, Tone> = {
  ...{ OPEN: 'undecided', ASSIGNED: 'plain', PROPOSED: 'undecided', RESOLVED: 'good', WRITTEN_OFF: 'plain' },
}

const Tag = ({ tone, text }: { tone: Tone; text: string }) => <span className={`tag tag-${tone}`}>{text}</span>

export function BatchTag({ state }: { state: BatchState }) {
  const { t } = useConsoleTexts()
  return <Tag tone={batchTones[state]} text={t(`settlement.batchStates.${state}`)} />
}

export function PayoutTag({ state }: { state: PayoutState }) {
  const { t } = useConsoleTexts()
  return <Tag tone={payoutTones[state]} text={t(`settlement.payoutStates.${state}`)} />
}

export function FileTag({ state }: { state: PayoutFileState }) {
  const { t } = useConsoleTexts()
  return <Tag tone={fileTones[state]} text={t(`settlement.fileStates.${state}`)} />
}

export function ReconFileTag({ state }: { state: ReconFileState }) {
  const { t } = useConsoleTexts()
  return <Tag tone={reconFileTones[state]} text={t(`settlement.reconFileStates.${state}`)} />
}

export function BreakTag({ state }: { state: BreakState }) {
  const { t } = useConsoleTexts()
  return <Tag tone={breakTones[state]} text={t(`settlement.breakStates.${state}`)} />
}

/** The older, the more it needs somebody. */
export const isOld = (age: AgeName | null): boolean => age === '6-20' || age === '>20'
