/** Who shares a transaction with whom, and what each gets when it fails. */
import { describe, expect, test } from '@jest/globals'
import { DependencyUnavailableError, DuplicateKeyError, type Span, type Transaction } from '../payments/ports.ts'
import { noTracer } from '../payments/traced.ts'
import { until } from '../runtime/until.ts'
import { LostBeforeCommit } from './mysql-errors.ts'
import { TransactionGroups, type Work } from './transaction-groups.ts'

const tx: Transaction = { kind: 'transaction' }
const runAll = (works: readonly Work[]) => Promise.all(works.map(work => work(tx)))

/** Groups whose first transaction is under way until `go`; `fails` is what each group throws. */
function held(fails: unknown[] = []) {
  const sizes: number[] = []
  const alone: Work[] = []
  let go = () => {}
  const gate = new Promise<void>(open => {
    go = open
  })
  const groups = new TransactionGroups(
    {
      runTogether: async works => {
        sizes.push(works.length)
        if (sizes.length === 1) await gate
        const error = fails[sizes.length - 2]
        if (error !== undefined) throw error
        return runAll(works)
      },
      runAlone: async work => {
        alone.push(work)
        return work(tx)
      },
    },
    noTracer,
  )
  const first = groups.run('first', async () => 'first')
  const underWay = until(() => sizes.length === 1, { what: 'the first transaction to begin', intervalMs: 1 })
  return { groups, sizes, alone, first, underWay, go: () => go() }
}

const named = (name: string) => async () => name

describe('works', () => {
  test('that come while a transaction is under way share the next, and each gets its own result', async () => {
    const { groups, sizes, first, underWay, go } = held()
    await underWay
    const results = Promise.all(['a', 'b', 'c'].map(name => groups.run(name, named(name))))
    go()

    expect(await first).toBe('first')
    expect(await results).toEqual(['a', 'b', 'c'])
    expect(sizes).toEqual([1, 3])
  })

  // A transaction does not wait for its own locks: both would read what was there before.
  test('of one subject never share a transaction', async () => {
    const { groups, sizes, underWay, go } = held()
    await underWay
    const order: string[] = []
    const note = (name: string) => async () => void order.push(name)
    const done = Promise.all([
      groups.run('p1', note('p1 first')),
      groups.run('p1', note('p1 second')),
      groups.run('p2', note('p2')),
      groups.run('p1', note('p1 third')),
    ])
    go()
    await done

    expect(sizes).toEqual([1, 2, 1, 1])
    expect(order).toEqual(['p1 first', 'p2', 'p1 second', 'p1 third'])
  })

  test('that are too many for one transaction come in several, none forgotten', async () => {
    const { groups, sizes, underWay, go } = held()
    await underWay
    const names = Array.from({ length: 150 }, (_, index) => `p${index}`)
    const results = Promise.all(names.map(name => groups.run(name, named(name))))
    go()

    expect(await results).toEqual(names)
    expect(sizes).toEqual([1, 64, 64, 22])
  })

  test('are refused when too many wait already', async () => {
    const { groups, underWay, go } = held()
    await underWay
    const waiting = Array.from({ length: 2_000 }, (_, index) => groups.run(`p${index}`, named('done')))
    await expect(groups.run('one more', named('done'))).rejects.toThrow(DependencyUnavailableError)
    go()
    expect(await Promise.all(waiting)).toHaveLength(2_000)
  })
})

describe('nobody is shut out', () => {
  test('by a storm of works of one subject: those behind are refused', async () => {
    const { groups, underWay, go } = held()
    await underWay
    const storm = Array.from({ length: 500 }, () => groups.run('p1', named('done')))
    await expect(groups.run('p1', named('one more'))).rejects.toThrow(DependencyUnavailableError)
    const other = groups.run('p2', named('other'))
    go()
    expect(await other).toBe('other')
    expect(await Promise.all(storm)).toHaveLength(500)
  })

  test('by a transaction that does not end', async () => {
    const { groups, first, underWay, go } = held()
    await underWay
    expect(await groups.run('p2', named('other'))).toBe('other')
    go()
    expect(await first).toBe('first')
  })

  test('by a subject that waits for a lock: its works go one after the other, and fail together', async () => {
    const locked = Promise.withResolvers<void>()
    let begun = 0
    const groups = new TransactionGroups(
      {
        runTogether: runAll,
        runAlone: async work => {
          if (begun++ === 0) await locked.promise
          return work(tx)
        },
      },
      noTracer,
    )
    await expect(groups.run('p1', async () => Promise.reject(new Error('used')))).rejects.toThrow('used')
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => groups.run('p1', named('done'))))

    expect(await groups.run('p2', named('other'))).toBe('other')
    expect(begun).toBe(1)
    const lockWait = Object.assign(new Error('lock wait'), { errno: 1205 })
    const lockedOut = new DependencyUnavailableError('the database is too busy', { cause: lockWait })
    locked.reject(lockedOut)
    expect(await waiting).toEqual(Array(20).fill({ status: 'rejected', reason: lockedOut }))
    expect(begun).toBe(1)
    expect(await groups.run('p1', named('free'))).toBe('free')
  })
})

describe('a group that fails', () => {
  const failing = async (fails: unknown, members: readonly Work[]) => {
    const { groups, alone, underWay, go } = held([fails])
    await underWay
    const ends = Promise.allSettled(members.map((work, index) => groups.run(`p${index}`, work)))
    go()
    return { ends: await ends, alone, groups }
  }
  const throwing =
    (error: Error): Work =>
    async () =>
      Promise.reject(error)

  test.each([
    ['a used key', Object.assign(new Error('duplicate'), { code: 'ER_DUP_ENTRY', errno: 1062 })],
    ['a lock that somebody else holds', Object.assign(new Error('lock wait'), { errno: 1205 })],
    ['a deadlock', Object.assign(new Error('deadlock'), { errno: 1213 })],
    ['a lost connection, before it committed', new LostBeforeCommit('away')],
    ["a work's own error", new Error('of one')],
  ])('for %s: everybody tries alone, and only the guilty gets an error', async (_, error) => {
    const own = new Error('mine')
    const { ends, alone, groups } = await failing(error, [named('a'), throwing(own), named('c')])

    expect(alone).toHaveLength(3)
    expect(ends).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: own },
      { status: 'fulfilled', value: 'c' },
    ])
    expect(await groups.run('next', named('next'))).toBe('next')
  })

  // A used key is refused for ever; its retries must not break up one group after the other.
  test('is not broken up by the same subject again, until that has succeeded by itself', async () => {
    let isGuilty = true
    const guilty: Work = async () => {
      if (isGuilty) throw new Error('used')
    }
    const { alone, groups } = await failing(new Error('used'), [named('a'), guilty, named('c')])
    expect(alone).toHaveLength(3)

    await expect(groups.run('p1', guilty)).rejects.toThrow('used')
    expect(alone).toHaveLength(4)
    isGuilty = false
    await groups.run('p1', guilty)
    expect(alone).toHaveLength(5)
    await groups.run('p1', guilty)
    expect(alone).toHaveLength(5)
  })

  // It may have happened.
  test('in an outage leaves nobody alone for it', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    const outage = new DependencyUnavailableError('the database is away', { cause: refused })
    let isAway = true
    const sizes: number[] = []
    const groups = new TransactionGroups(
      {
        runTogether: async works => {
          sizes.push(works.length)
          if (isAway) throw new LostBeforeCommit('away', { cause: refused })
          return runAll(works)
        },
        runAlone: async () => Promise.reject(outage),
      },
      noTracer,
    )
    const ends = await Promise.allSettled(['a', 'b'].map(name => groups.run(name, named(name))))
    expect(ends.map(end => end.status)).toEqual(['rejected', 'rejected'])

    isAway = false
    expect(await Promise.all(['a', 'b'].map(name => groups.run(name, named(name))))).toEqual(['a', 'b'])
    expect(sizes).toEqual([2, 2])
  })

  test('because the connection was lost in the commit: nobody tries again', async () => {
    const lost = Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST' })
    const { ends, alone } = await failing(lost, [named('a'), named('b')])

    expect(alone).toEqual([])
    for (const end of ends) expect(end).toMatchObject({ reason: expect.any(DependencyUnavailableError) })
  })

  test('of one: the error is its own', async () => {
    const duplicate = Object.assign(new Error('duplicate'), { code: 'ER_DUP_ENTRY' })
    const { ends, alone } = await failing(duplicate, [named('a')])

    expect(alone).toEqual([])
    expect(ends).toMatchObject([{ reason: expect.any(DuplicateKeyError) }])
  })

  test('of one that met a lock waits for it alone', async () => {
    const { ends, alone } = await failing(Object.assign(new Error('lock wait'), { errno: 1205 }), [named('a')])

    expect(alone).toHaveLength(1)
    expect(ends).toEqual([{ status: 'fulfilled', value: 'a' }])
  })
})

describe('a group in traces', () => {
  const spanOf = (traceparent: string): Span => ({
    traceparent,
    isRecorded: true,
    set: () => {},
    link: () => {},
    end: () => {},
  })

  test('is told the spans of its works, and ends when it is committed or has failed', async () => {
    const told: Array<{ members: unknown[]; error?: unknown }> = []
    const tracer = {
      beginShared: (_start: unknown, members: readonly (Span | undefined)[]) => {
        const entry: (typeof told)[number] = { members: members.map(member => member?.traceparent) }
        return { ...spanOf('of the group'), end: (error?: unknown) => void told.push({ ...entry, error }) }
      },
    }
    const failure = new Error('used')
    const groups = new TransactionGroups({ runTogether: runAll, runAlone: async work => work(tx) }, tracer)
    await Promise.all([groups.run('a', named('a'), spanOf('of a')), groups.run('b', named('b'))])
    await expect(groups.run('c', () => Promise.reject(failure), spanOf('of c'))).rejects.toBe(failure)

    expect(told).toEqual([
      { members: ['of a', undefined], error: undefined },
      { members: ['of c'], error: failure },
    ])
  })
})
