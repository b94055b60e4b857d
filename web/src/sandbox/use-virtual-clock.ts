/** Virtual time for the page's components: read once the page needs it, and again after each move. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLanguage, useShopParts } from '../shop-context.ts'
import { useNowMs } from '../times.ts'
import { type ClockReading, clockRequest, type Moved, moveClock, readingOf } from './virtual-clock.ts'

const CLOCK_KEY = ['virtual-clock']
/** Somebody else may have moved it. */
const STALE_AFTER_MS = 30_000
const RETRY_EVERY_MS = 5_000

/** Undefined while it is not known, which ends by itself. */
export function useClockReading(): ClockReading | undefined {
  const { ask } = useShopParts()
  const language = useLanguage()
  const { data } = useQuery({
    queryKey: CLOCK_KEY,
    queryFn: async () => {
      const reading = readingOf(await ask(clockRequest(language)))
      if (reading === undefined) throw new Error('the clock cannot be read')
      return reading
    },
    staleTime: STALE_AFTER_MS,
    refetchInterval: ({ state }) => (state.status === 'error' ? RETRY_EVERY_MS : false),
  })
  return data
}

/** Virtual time, each second anew; undefined while it is not known. */
export function useVirtualNowMs(): number | undefined {
  const reading = useClockReading()
  const nowMs = useNowMs()
  return reading && nowMs + reading.aheadMs
}

export interface ClockMove {
  /** 0 only goes on with what is left. */
  move: (advanceMs: number) => void
  isMoving: boolean
  isFailed: boolean
  moved?: Moved
}

/** Every payment is asked for anew after a move, also after one whose answer was lost. */
export function useClockMove(): ClockMove {
  const { ask } = useShopParts()
  const language = useLanguage()
  const queryClient = useQueryClient()
  const { mutate, isPending, isError, data } = useMutation({
    mutationFn: (advanceMs: number) =>
      moveClock(advanceMs, {
        ask,
        language,
        onReading: reading => queryClient.setQueryData(CLOCK_KEY, reading),
      }),
    onError: () => queryClient.invalidateQueries({ queryKey: CLOCK_KEY }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['payment'] }),
  })
  return { move: mutate, isMoving: isPending, isFailed: isError, moved: data }
}
