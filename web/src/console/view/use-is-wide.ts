/** Whether there is room for a list and a panel beside it. */
import { useSyncExternalStore } from 'react'

/** As console.css has it. At 200 % a window of 1,440 px has no room. */
const WIDE = '(min-width: 1000px)'

const subscribe = (listener: () => void) => {
  const query = matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

const isWide = () => matchMedia(WIDE).matches

export const useIsWide = (): boolean => useSyncExternalStore(subscribe, isWide)
