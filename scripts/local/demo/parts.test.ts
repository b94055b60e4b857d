/** What the demo panel may do with which part, and how a pause ends. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { type DemoAct, demoActs } from '../../../shared/contracts/demo-panel.ts'
import type { ProcessName, ProcessState } from '../run-file.ts'
import type { SystemPart } from '../supervised-process.ts'
import { DemoParts, possibleActs, STOP_MS_MAX } from './parts.ts'

const START_MS = Date.parse('2026-11-30T09:00:00.000Z')

class FakePart implements SystemPart {
  readonly name: ProcessName
  state: ProcessState
  calls: string[] = []
  /** What the next act waits for. */
  gate: Promise<void> = Promise.resolve()
  constructor(name: ProcessName, state: ProcessState = 'ready') {
    this.name = name
    this.state = state
  }
  row = () => ({ name: this.name, port: 1, state: this.state, restarts: 2, pid: 41 })
  start = () => this.#to('start', 'ready')
  stop = () => this.#to('stop', 'stopped')
  kill = () => this.#to('kill', 'restarting')
  pause = () => this.#to('pause', 'paused')
  resume = () => this.#to('resume', 'ready')
  killNow = () => this.#to('killNow', 'stopped')
  async #to(call: string, state: ProcessState): Promise<void> {
    this.calls.push(call)
    await this.gate
    this.state = state
  }
}

let nowMs: number
let said: string[]
let taken: number
let timers: { atMs: number; work: () => void }[]
let all: FakePart[]
let demo: DemoParts

beforeEach(() => {
  nowMs = START_MS
  said = []
  taken = 0
  timers = []
  all = [new FakePart('mariadb'), new FakePart('kafka'), new FakePart('redis', 'external'), new FakePart('api')]
  demo = new DemoParts({
    parts: () => all,
    nowMs: () => nowMs,
    after: (delayMs, work) => {
      const timer = { atMs: nowMs + delayMs, work }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
    say: text => void said.push(text),
    tookAway: () => void taken++,
  })
})

const part = (name: string) => all.find(each => each.name === name)!
const viewOf = (name: string) => demo.view().find(each => each.name === name)!

/** To its end. */
async function act(name: string, wanted: DemoAct, seconds = 18): Promise<void> {
  const begun = demo.begin(name, wanted, seconds)
  expect(begun.kind).toBe('begun')
  if (begun.kind === 'begun') await begun.begun
}

/** Lets the time go by. */
async function pass(ms: number): Promise<void> {
  nowMs += ms
  for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs)) {
    timers.splice(timers.indexOf(timer), 1)
    timer.work()
  }
  await new Promise(setImmediate)
}

describe('an act', () => {
  test('is done to the part that is named, and to no other', async () => {
    await act('kafka', 'kill')
    expect(all.map(({ name, calls }) => [name, calls])).toEqual([
      ['mariadb', []],
      ['kafka', ['kill']],
      ['redis', []],
      ['api', []],
    ])
  })

  test.each(['nobody', '../kafka', 'prometheus', '1', ''])('of %j, which this run does not have, is refused', name => {
    expect(demo.begin(name, 'kill', 18)).toEqual({ kind: 'no_such_part' })
  })

  test.each(demoActs)('%s of somebody else’s service is refused', wanted => {
    expect(demo.begin('redis', wanted, 18)).toMatchObject({ kind: 'refused', reason: 'not_ours' })
    expect(part('redis').calls).toEqual([])
  })

  test('is the only one of its part, and another part has its own', async () => {
    const gate = Promise.withResolvers<void>()
    part('kafka').gate = gate.promise
    const stopping = demo.begin('kafka', 'stop', 18)
    expect(viewOf('kafka')).toMatchObject({ underWay: 'stop', acts: [] })
    for (const wanted of demoActs)
      expect(demo.begin('kafka', wanted, 18)).toMatchObject({ kind: 'refused', reason: 'busy' })
    await act('mariadb', 'kill')
    gate.resolve()
    if (stopping.kind === 'begun') await stopping.begun
    expect(viewOf('kafka')).toMatchObject({ state: 'stopped', underWay: null, acts: ['start'] })
  })

  test('that fails is said, and shown until the next one', async () => {
    part('kafka').gate = Promise.reject(new Error('it does not stop'))
    await act('kafka', 'stop')
    expect(viewOf('kafka')).toMatchObject({ problem: 'it does not stop', underWay: null })
    expect(said).toEqual(['demo panel: stop kafka failed: it does not stop'])
    part('kafka').gate = Promise.resolve()
    await act('kafka', 'stop')
    expect(viewOf('kafka').problem).toBeNull()
  })

  test('that takes something away is told when it begins and when it is done', async () => {
    await act('kafka', 'stop')
    expect(taken).toBe(2)
    await act('kafka', 'start')
    expect(taken).toBe(2)
  })

  test('waits for what has to come first, and is under way meanwhile', async () => {
    const entry = Promise.withResolvers<void>()
    const begun = demo.begin('mariadb', 'kill', 18, () => entry.promise)
    expect([viewOf('mariadb').underWay, part('mariadb').calls]).toEqual(['kill', []])
    entry.resolve()
    if (begun.kind === 'begun') await begun.begun
    expect(part('mariadb').calls).toEqual(['kill'])
  })

  test('on the shop’s server waits until it is answered', async () => {
    all.push(new FakePart('web'))
    const begun = demo.begin('web', 'kill', 18)
    await pass(0)
    await pass(249)
    expect(part('web').calls).toEqual([])
    await pass(1)
    if (begun.kind === 'begun') await begun.begun
    expect(part('web').calls).toEqual(['kill'])
  })
})

describe('what may be asked', () => {
  test.each([
    ['kafka', 'ready', ['kill', 'pause', 'stop']],
    ['kafka', 'paused', ['kill', 'continue', 'stop']],
    ['kafka', 'stopped', ['start']],
    ['kafka', 'starting', []],
    ['kafka', 'restarting', []],
    ['kafka', 'external', []],
    ['api', 'ready', ['kill']],
    ['web', 'ready', ['kill']],
    ['api', 'paused', ['kill']],
    ['web', 'stopped', []],
  ] as const)('of %s that is %s: %j', (name, state, acts) => {
    expect(possibleActs(name, state)).toEqual(acts)
  })

  test('is all that is done', () => {
    for (const wanted of ['pause', 'stop', 'start', 'continue'] as const)
      expect(demo.begin('api', wanted, 18)).toEqual({ kind: 'refused', reason: 'state', state: 'ready' })
    expect(demo.begin('kafka', 'continue', 18)).toMatchObject({ kind: 'refused', reason: 'state' })
    expect(all.flatMap(({ calls }) => calls)).toEqual([])
  })
})

describe('a pause', () => {
  test('ends by itself after the time that was asked for', async () => {
    await act('kafka', 'pause', 5)
    expect(viewOf('kafka')).toMatchObject({ state: 'paused', until: '2026-11-30T09:00:05.000Z' })
    await pass(4_999)
    expect(part('kafka').state).toBe('paused')
    await pass(1)
    expect(viewOf('kafka')).toMatchObject({ state: 'ready', until: null })
    expect(said).toEqual(['demo panel: kafka was paused for 5 s, which is over'])
  })

  test('is ended by hand, and then not once more', async () => {
    await act('kafka', 'pause', 5)
    await act('kafka', 'continue')
    await act('kafka', 'pause', 50)
    await pass(5_000)
    expect([part('kafka').state, part('kafka').calls]).toEqual(['paused', ['pause', 'resume', 'pause']])
  })

  test('that somebody else ended is left alone', async () => {
    await act('kafka', 'pause', 5)
    part('kafka').state = 'stopped'
    await pass(5_000)
    expect(part('kafka').calls).toEqual(['pause'])
  })

  test('is over when the starter ends: paused parts go on, and nothing follows', async () => {
    await act('kafka', 'pause', 50)
    await act('mariadb', 'stop')
    await demo.close()
    expect(part('kafka').calls).toEqual(['pause', 'resume'])
    expect(timers).toEqual([])
    expect(part('mariadb').calls).toEqual(['stop'])
    await act('mariadb', 'start')
    expect(part('mariadb').calls).toEqual(['stop'])
  })
})

test('MariaDB, without which nobody is signed in, is stopped for five minutes at most; others until they are started', async () => {
  await act('mariadb', 'stop')
  await act('kafka', 'stop')
  expect([viewOf('mariadb').until, viewOf('kafka').until]).toEqual(['2026-11-30T09:05:00.000Z', null])
  await pass(STOP_MS_MAX)
  expect([part('mariadb').calls, part('kafka').calls]).toEqual([['stop', 'start'], ['stop']])
})
