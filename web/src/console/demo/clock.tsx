/** The sandbox's virtual clock: where it stands, and how far it is moved forward. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ClockMoved } from '../../../../shared/contracts/demo-panel.ts'
import { ask } from '../../api/answer.ts'
import { clockRequest, readingOf } from '../../sandbox/virtual-clock.ts'
import { formatTime, useNowMs } from '../../times.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Moment } from '../view/moment.tsx'
import { ActResult } from './act-result.tsx'
import { type ActFields, useAct } from './use-act.ts'

const advances = [
  ['hour', 'PT1H'],
  ['day', 'P1D'],
  ['hold', 'P8D'],
] as const

/** Adds nothing, so that it only finishes what is left. */
const NO_ADVANCE = 'PT0S'

/** By the public route of the sandbox, which has no other way to read it. */
function useClock() {
  const language = useLanguage()
  const { data, isError, isFetching, refetch } = useQuery({
    queryKey: ['demo-clock'],
    queryFn: async () => {
      const ports = { fetch: (url: string, init: RequestInit) => fetch(url, init), nowMs: () => Date.now() }
      const reading = readingOf(await ask(ports, clockRequest(language)))
      if (reading === undefined) throw new Error('the clock cannot be read')
      return reading
    },
  })
  return { aheadMs: data?.aheadMs, isUnknown: isError && !isFetching, read: () => void refetch() }
}

export function Clock({ may, fields }: { may: boolean; fields: ActFields }) {
  const { t } = useConsoleTexts()
  const clock = useClock()
  const acting = useAct(fields)
  const { state, act } = acting
  const moved = state.kind === 'done' ? state.done.moved : null
  const isOver = state.kind === 'done' || state.kind === 'undecided'
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is read once for each act, whatever became of it.
  useEffect(() => {
    if (isOver) clock.read()
  }, [isOver, moved])
  const move = (advance: string) => state.kind !== 'sending' && act('/clock', { advance })
  return (
    <section aria-labelledby="clock-title" className="demo-section">
      <h2 id="clock-title">{t('demo.clock.title')}</h2>
      <p className="small">{t('demo.clock.lead')}</p>
      <p className="demo-now">
        {t('demo.clock.now')} <VirtualNow aheadMs={clock.aheadMs} isUnknown={clock.isUnknown} />
      </p>
      {may && (
        <p className="demo-buttons">
          {advances.map(([name, advance]) => (
            <button
              key={name}
              type="button"
              className="button button-small"
              aria-disabled={state.kind === 'sending'}
              onClick={() => move(advance)}
            >
              {t(`demo.clock.${name}`)}
            </button>
          ))}
          {moved?.target != null && (
            <button type="button" className="button button-small" onClick={() => move(NO_ADVANCE)}>
              {t('demo.clock.goOn')}
            </button>
          )}
        </p>
      )}
      <ActResult acting={acting} />
      <div role="status">{moved && <Moved moved={moved} />}</div>
    </section>
  )
}

function VirtualNow({ aheadMs, isUnknown }: { aheadMs: number | undefined; isUnknown: boolean }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const nowMs = useNowMs()
  if (aheadMs === undefined)
    return <span className="small">{t(isUnknown ? 'demo.clock.unknown' : 'demo.clock.loading')}</span>
  const now = new Date(nowMs + aheadMs).toISOString()
  return (
    <strong>
      <Moment at={now} text={() => formatTime(now, language)} />
    </strong>
  )
}

function Moved({ moved: { now, target, expired } }: { moved: ClockMoved }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const full = (at: string) => formatTime(at, language)
  return (
    <p className="small">
      {target === null
        ? t('demo.clock.moved', { time: full(now), expired })
        : t('demo.clock.underWay', { time: full(now), target: full(target) })}
    </p>
  )
}
