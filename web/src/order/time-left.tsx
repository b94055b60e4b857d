/** How long a hold can still be captured, in the API's own time: the sandbox's clock may be days ahead of the browser's. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useVirtualNowMs } from '../sandbox/use-virtual-clock.ts'
import { useLanguage } from '../shop-context.ts'
import { formatTime, timeLeftOf } from '../times.ts'

/** The job that lets a hold go runs each minute. */
const EXPIRY_CHECK_EVERY_MS = 5_000

export function TimeLeft({ captureBefore }: { captureBefore: string }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const nowMs = useVirtualNowMs()
  const leftMs = nowMs === undefined ? undefined : Date.parse(captureBefore) - nowMs
  const isOver = leftMs !== undefined && leftMs <= 0
  useCheckForExpiry(isOver)
  return (
    <p className="time-left">
      <strong>
        {leftMs === undefined && t('order.timeLimit')}
        {isOver && t('order.timeOver')}
        {leftMs !== undefined && !isOver && t('order.timeLeft', { left: timeLeftOf(leftMs, language) })}
      </strong>
      <time className="small" dateTime={captureBefore}>
        {formatTime(captureBefore, language)}
      </time>
    </p>
  )
}

function useCheckForExpiry(isOver: boolean): void {
  const queryClient = useQueryClient()
  useEffect(() => {
    if (!isOver) return
    const timer = setInterval(
      () => void queryClient.invalidateQueries({ queryKey: ['payment'] }),
      EXPIRY_CHECK_EVERY_MS,
    )
    return () => clearInterval(timer)
  }, [isOver, queryClient])
}
