/** Whom the demo panel takes a request to be from, while the API answers and while it does not. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { MEMORY_MS, OUTAGE_MS_MAX, type SaidByApi, SessionMemory } from './session-memory.ts'

const kim = { name: 'kim', role: 'operator' } as const
const secrets = { session: `ops_${'a'.repeat(43)}`, request: `opx_${'b'.repeat(43)}` }
const known: SaidByApi = { kind: 'known', operator: kim }
const silent: SaidByApi = { kind: 'no_answer' }
const remembered = (untilMs: number) => ({ kind: 'operator', operator: kim, untilMs })

let nowMs: number
let memory: SessionMemory
let timeouts: number[]
beforeEach(() => {
  nowMs = 1_000_000
  timeouts = []
  memory = new SessionMemory(() => nowMs)
})

const who = (said: SaidByApi, of = secrets) =>
  memory.who(of, {
    ask: async timeoutMs => {
      timeouts.push(timeoutMs)
      return said
    },
  })

describe('while the API answers', () => {
  test('it is asked each time, and what it says holds: also that a session is over', async () => {
    expect(await who(known)).toEqual({ kind: 'operator', operator: kim, untilMs: undefined })
    expect(await who({ kind: 'refused', code: 'UNAUTHENTICATED' })).toEqual({
      kind: 'refused',
      code: 'UNAUTHENTICATED',
    })
    expect(await who(silent)).toEqual({ kind: 'unknown' })
    expect(timeouts).toHaveLength(3)
  })
})

describe('while the API says nothing', () => {
  test('nobody is known who was not known before', async () => {
    expect(await who(silent)).toEqual({ kind: 'unknown' })
  })

  test('its last word holds for a minute, and not longer', async () => {
    await who(known)
    const untilMs = nowMs + MEMORY_MS
    nowMs = untilMs
    expect(await who(silent)).toEqual(remembered(untilMs))
    nowMs += 1
    expect(await who(silent)).toEqual({ kind: 'unknown' })
  })

  test('it holds for both secrets together only', async () => {
    await who(known)
    expect(await who(silent, { ...secrets, request: `opx_${'c'.repeat(43)}` })).toEqual({ kind: 'unknown' })
    expect(await who(silent, { ...secrets, session: `ops_${'c'.repeat(43)}` })).toEqual({ kind: 'unknown' })
  })

  test('whoever is remembered waits for it a shorter time', async () => {
    await who(known)
    await who(silent)
    expect(timeouts[1]).toBeLessThan(timeouts[0]!)
  })
})

describe('an outage that the panel itself began', () => {
  test('is as long as its operator may need: MariaDB that was paused for a minute can be brought back', async () => {
    await who(known)
    const beganMs = nowMs
    memory.tookAway()
    nowMs += 90_000
    expect(await who(silent)).toEqual(remembered(beganMs + OUTAGE_MS_MAX))
  })

  test('ends after five minutes at the latest, however often something is taken away meanwhile', async () => {
    await who(known)
    const beganMs = nowMs
    memory.tookAway()
    nowMs += 200_000
    memory.tookAway()
    nowMs = beganMs + OUTAGE_MS_MAX
    expect(await who(silent)).toMatchObject({ kind: 'operator' })
    nowMs += 1
    expect(await who(silent)).toEqual({ kind: 'unknown' })
  })

  test('ends with the next word of the API, and a minute later nobody is remembered', async () => {
    await who(known)
    memory.tookAway()
    nowMs += 100_000
    const others = { ...secrets, session: 'another' }
    await who({ kind: 'refused', code: 'UNAUTHENTICATED' }, others)
    nowMs += MEMORY_MS
    expect(await who(silent)).toMatchObject({ kind: 'operator' })
    nowMs += 1
    expect(await who(silent)).toEqual({ kind: 'unknown' })
  })

  test('does not end by an answer to what was asked before it began', async () => {
    await who(known)
    const answer = Promise.withResolvers<SaidByApi>()
    const before = memory.who({ ...secrets, session: 'another' }, { ask: () => answer.promise })
    nowMs += 1
    memory.tookAway()
    answer.resolve(known)
    await before
    nowMs += 90_000
    expect(await who(silent)).toMatchObject({ kind: 'operator' })
  })

  test('keeps nobody whose last word was older than a minute when it began', async () => {
    await who(known)
    nowMs += MEMORY_MS + 1
    memory.tookAway()
    expect(await who(silent)).toEqual({ kind: 'unknown' })
  })
})

test('no more than a hundred sessions are kept', async () => {
  await who(known)
  for (let at = 0; at < 100; at++) await who(known, { ...secrets, session: `other ${at}` })
  expect(await who(silent)).toEqual({ kind: 'unknown' })
  expect(await who(silent, { ...secrets, session: 'other 0' })).toMatchObject({ kind: 'operator' })
})
