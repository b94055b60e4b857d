/** What one process knows of the sandbox's clock: fresh enough when it is needed, only forward, and without a read for each request. */
import { describe, expect, test } from '@jest/globals'
import { type ClockPosition, DependencyUnavailableError, VIRTUAL_AGE_MS_MAX } from '../payments/ports.ts'
import { ProcessClock } from './process-clock.ts'

const REAL_MS = Date.UTC(2026, 0, 2)
const DAY_MS = 24 * 60 * 60_000

/** A row that others move, read when the test says so or at once. */
function setUp() {
  let monotonicMs = 0
  const state = { offsetMs: 0, readCount: 0, away: false, held: [] as Array<() => void>, holds: false }
  const position = (): ClockPosition => ({ offsetMs: state.offsetMs, targetOffsetMs: state.offsetMs })
  const clock = new ProcessClock({
    shared: {
      read: async () => {
        state.readCount++
        // What a statement sees is decided when it runs, not when its answer comes.
        const seen = position()
        if (state.away) throw new DependencyUnavailableError('away')
        if (state.holds) await new Promise<void>(goOn => state.held.push(goOn))
        return seen
      },
      addToTarget: async () => position(),
      move: async (_from, to) => {
        state.offsetMs = to
        return true
      },
    },
    real: { nowMs: () => REAL_MS, sleep: async () => {} },
    monotonic: { nowMs: () => monotonicMs },
  })
  const passes = (durationMs: number): void => {
    monotonicMs += durationMs
  }
  return { clock, state, passes }
}

const settled = () => new Promise(setImmediate)

describe('ProcessClock', () => {
  test('reads before it is first used, and only virtual time is ahead', async () => {
    const { clock, state } = setUp()
    state.offsetMs = DAY_MS

    await clock.catchUp()

    expect([clock.nowMs(), clock.virtualNowMs()]).toEqual([REAL_MS, REAL_MS + DAY_MS])
  })

  test('a request that begins so long after another process moved it knows the new time', async () => {
    const { clock, state, passes } = setUp()
    await clock.catchUp()
    state.offsetMs = DAY_MS

    passes(VIRTUAL_AGE_MS_MAX)
    await clock.catchUp()

    expect(clock.virtualNowMs()).toBe(REAL_MS + DAY_MS)
  })

  test('requests between wait for no read, and one of them renews in the background', async () => {
    const { clock, state, passes } = setUp()
    await clock.catchUp()
    state.holds = true
    passes(VIRTUAL_AGE_MS_MAX / 2 - 1)
    await clock.catchUp()
    expect(state.readCount).toBe(1)

    passes(1)
    await Promise.all([clock.catchUp(), clock.catchUp(), clock.catchUp()])

    expect(state.readCount).toBe(2)
  })

  test('a read that began too early is not enough: another one follows', async () => {
    const { clock, state, passes } = setUp()
    state.holds = true
    const early = clock.catchUp()
    state.offsetMs = DAY_MS
    passes(VIRTUAL_AGE_MS_MAX + 1)

    let isLateOver = false
    const late = clock.catchUp().then(() => {
      isLateOver = true
    })
    state.held.shift()!()
    await early
    await settled()
    expect([isLateOver, state.readCount]).toEqual([false, 2])

    state.held.shift()!()
    await late
    expect(clock.virtualNowMs()).toBe(REAL_MS + DAY_MS)
  })

  test('without the database a request is refused when its knowledge is too old, and not before', async () => {
    const { clock, state, passes } = setUp()
    await clock.catchUp()
    state.away = true

    passes(VIRTUAL_AGE_MS_MAX - 1)
    await clock.catchUp()
    await settled()
    passes(1)
    await expect(clock.catchUp()).rejects.toThrow(DependencyUnavailableError)

    state.away = false
    await clock.catchUp()
  })

  test('goes only forward, whatever is read later', async () => {
    const { clock, state, passes } = setUp()
    await clock.move(0, DAY_MS, REAL_MS)
    expect(clock.virtualNowMs()).toBe(REAL_MS + DAY_MS)

    state.offsetMs = 0
    passes(VIRTUAL_AGE_MS_MAX + 1)
    await clock.catchUp()

    expect(clock.virtualNowMs()).toBe(REAL_MS + DAY_MS)
  })
})
