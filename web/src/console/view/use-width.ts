/** How much room the window has, by the widths that console.css has. */
import { useSyncExternalStore } from 'react'

function hookOf(query: string): () => boolean {
  const subscribe = (listener: () => void) => {
    const media = matchMedia(query)
    media.addEventListener('change', listener)
    return () => media.removeEventListener('change', listener)
  }
  const matches = () => matchMedia(query).matches
  return () => useSyncExternalStore(subscribe, matches)
}

/** For a list and a panel beside it. At 200 % a window of 1,440 px has none. */
export const useIsWide = hookOf('(min-width: 1000px)')

/** Lists are cards, and the header has two lines. */
export const useIsNarrow = hookOf('(max-width: 860px)')
