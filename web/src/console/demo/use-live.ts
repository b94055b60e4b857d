/** Live: what the page shows is read again each two seconds, as long as the operator wants it and five minutes at most. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Read } from '../view/use-operator-query.ts'

export const LIVE_MS = 5 * 60_000
const EACH_MS = 2_000

export interface Live {
  /** Undefined while it is off. */
  untilMs: number | undefined
  set: (isOn: boolean) => void
}

/** A page that is not seen asks nothing, and nothing is asked while an answer is awaited. */
export function useLive(reads: ReadonlyArray<Pick<Read<unknown>, 'isLoading' | 'refresh'>>): Live {
  const [untilMs, setUntilMs] = useState<number>()
  const shown = useRef(reads)
  useEffect(() => {
    shown.current = reads
  })
  useEffect(() => {
    if (untilMs === undefined) return
    const timer = setInterval(() => {
      if (Date.now() >= untilMs) return setUntilMs(undefined)
      if (document.visibilityState === 'hidden') return
      for (const read of shown.current) if (!read.isLoading) read.refresh()
    }, EACH_MS)
    return () => clearInterval(timer)
  }, [untilMs])
  const set = useCallback((isOn: boolean) => setUntilMs(isOn ? Date.now() + LIVE_MS : undefined), [])
  return { untilMs, set }
}
