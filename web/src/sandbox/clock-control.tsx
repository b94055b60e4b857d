/** Moves the sandbox's clock, so that nobody has to wait for days to see a hold run out. Absent where the API is no sandbox. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../shop-context.ts'
import { formatTime } from '../times.ts'
import { type ClockMove, useClockMove, useClockReading, useVirtualNowMs } from './use-virtual-clock.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface ClockControlProps {
  /** The virtual time to which the last button leads; null once nothing is due any more, when only what came of a move is shown. */
  dueAt: string | null
}

export function ClockControl({ dueAt }: ClockControlProps) {
  const clock = useClockMove()
  const isUsed = clock.isMoving || clock.isFailed || clock.moved !== undefined
  return dueAt !== null || isUsed ? <ClockPanel dueAt={dueAt} clock={clock} /> : null
}

function ClockPanel({ dueAt, clock }: ClockControlProps & { clock: ClockMove }) {
  const { t } = useTranslation()
  const reading = useClockReading()
  if (!reading?.isSandbox) return null
  return (
    <details className="sandbox-clock">
      <summary>{t('clock.title')}</summary>
      <p className="small">{t('clock.lead')}</p>
      <VirtualNow />
      {dueAt !== null && <Advances dueAt={dueAt} clock={clock} />}
      <p role="status" className={clock.isFailed ? 'clock-result clock-failed' : 'clock-result'}>
        <MoveResult clock={clock} />
      </p>
    </details>
  )
}

function VirtualNow() {
  const { t } = useTranslation()
  const language = useLanguage()
  const nowMs = useVirtualNowMs()
  if (nowMs === undefined) return null
  const now = new Date(nowMs).toISOString()
  return (
    <p className="clock-now">
      {t('clock.now')} <time dateTime={now}>{formatTime(now, language)}</time>
    </p>
  )
}

function Advances({ dueAt, clock: { move, isMoving, moved } }: { dueAt: string; clock: ClockMove }) {
  const { t } = useTranslation()
  const nowMs = useVirtualNowMs()
  if (nowMs === undefined) return null
  const advances = [
    ['hour', HOUR_MS],
    ['day', DAY_MS],
    ['end', Date.parse(dueAt) - nowMs],
  ] as const
  return (
    <div className="clock-advances">
      {advances.map(([name, advanceMs]) => (
        <MoveButton key={name} isMoving={isMoving} onPress={() => move(advanceMs)}>
          {t(`clock.${name}`)}
        </MoveButton>
      ))}
      {moved?.kind === 'under_way' && (
        <MoveButton isMoving={isMoving} onPress={() => move(0)}>
          {t('clock.goOn')}
        </MoveButton>
      )}
    </div>
  )
}

interface MoveButtonProps {
  isMoving: boolean
  onPress: () => void
  children: ReactNode
}

/** Keeps the focus while it cannot be pressed: the same button is often pressed again. */
const MoveButton = ({ isMoving, onPress, children }: MoveButtonProps) => (
  <button
    type="button"
    className="button button-small"
    aria-disabled={isMoving}
    onClick={isMoving ? undefined : onPress}
  >
    {children}
  </button>
)

function MoveResult({ clock: { isMoving, isFailed, moved } }: { clock: ClockMove }) {
  const { t } = useTranslation()
  const language = useLanguage()
  if (isMoving) return t('clock.moving')
  if (isFailed) return t('clock.failed')
  if (moved === undefined) return null
  const now = formatTime(moved.now, language)
  if (moved.kind === 'under_way') return t('clock.underWay', { now, target: formatTime(moved.target, language) })
  return t('clock.arrived', { now, count: moved.expiredCount })
}
