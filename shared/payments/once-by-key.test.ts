/** A key of the console: what is done under it once, what a repeat is told, and what takes no key. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { AuditEntry } from '../settlement/ports.ts'
import { FakeAuditLog, FakeConsoleActions } from './fake-console-actions.ts'
import { FakeDatabase, shuffledTurns, Table } from './fake-store.ts'
import { type KeyedPorts, onceByKey } from './once-by-key.ts'
import { DuplicateKeyError } from './ports.ts'

const claimOf = (body: object) => {
  const canonicalRequest = JSON.stringify({ operation: 'POST /operator/doors', path: '/operator/doors', body })
  return { key: 'console:01M81Y03QK7V5D2W9T4R6H8XNZ', fingerprint: canonicalRequest, canonicalRequest }
}
const request = { claim: claimOf({ door: 'north' }), operator: 'kim' }
const entry: AuditEntry = {
  actor: 'kim',
  action: 'operator.added',
  subject: 'north',
  reason: 'because',
  details: { door: 'north' },
}

type Opened = { kind: 'opened'; times: number } | { kind: 'open_already' } | { kind: 'taken' }

const createPorts = (turn?: ConstructorParameters<typeof FakeDatabase>[0]) => {
  const transactions = new FakeDatabase(turn)
  return {
    transactions,
    auditLog: new FakeAuditLog(transactions),
    consoleActions: new FakeConsoleActions(transactions),
    clock: { nowMs: () => 5 },
    doors: new Table<{ times: number }>(transactions),
  }
}

let ports: ReturnType<typeof createPorts>
beforeEach(() => {
  ports = createPorts()
})

/** A use case as any other: a transaction, a change, an entry of the audit log. */
async function openDoor({ transactions, auditLog }: KeyedPorts): Promise<Opened> {
  return transactions.run<Opened>('north', async tx => {
    if ((await ports.doors.lock(tx, 'north')) !== undefined) return { kind: 'open_already' }
    await ports.doors.insert(tx, 'north', { times: 1 })
    await auditLog.append(tx, entry)
    return { kind: 'opened', times: 1 }
  })
}

const opened = { kind: 'opened', times: 1 }

describe('a key', () => {
  test('does it once: a repeat is told what it came to, and nothing more is written', async () => {
    const first = await onceByKey(ports, request, openDoor)
    const again = await onceByKey(ports, request, openDoor)

    expect(first).toEqual({ kind: 'answered', outcome: opened, replayed: false })
    expect(again).toEqual({ kind: 'answered', outcome: opened, replayed: true })
    expect(ports.auditLog.entries).toEqual([entry])
    expect(ports.consoleActions.table.rows()).toEqual([
      {
        key: request.claim.key,
        operator: 'kim',
        action: 'operator.added',
        subject: 'north',
        fingerprint: request.claim.fingerprint,
        canonicalRequest: request.claim.canonicalRequest,
        answer: opened,
        atMs: 5,
      },
    ])
  })

  test.each(Array.from({ length: 30 }, (_, seed) => seed))('of two at once one does it, seed %i', async seed => {
    ports = createPorts(shuffledTurns(seed))
    const both = await Promise.all([onceByKey(ports, request, openDoor), onceByKey(ports, request, openDoor)])

    expect(both.map(each => (each as { outcome: Opened }).outcome)).toEqual([opened, opened])
    expect(both.map(each => (each as { replayed: boolean }).replayed).sort()).toEqual([false, true])
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test('is refused for another request, which is told what differs, and to another operator', async () => {
    await onceByKey(ports, request, openDoor)
    const other = await onceByKey(ports, { ...request, claim: claimOf({ door: 'south' }) }, openDoor)
    const another = await onceByKey(ports, { ...request, operator: 'lee' }, openDoor)

    expect(other).toEqual({ kind: 'different_request', differences: ['/door'] })
    expect(another).toEqual({ kind: 'different_request', differences: ['/operator'] })
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test('is not taken by what does nothing, and works when that has changed', async () => {
    await ports.transactions.run('x', tx => ports.doors.insert(tx, 'north', { times: 9 }))
    const refused = await onceByKey(ports, request, openDoor)
    ports.doors.drop('north')
    const later = await onceByKey(ports, request, openDoor)

    expect(refused).toEqual({ kind: 'answered', outcome: { kind: 'open_already' }, replayed: false })
    expect(later).toMatchObject({ outcome: opened, replayed: false })
  })

  test('is not taken when its entry cannot be written: then nothing is', async () => {
    ports.auditLog.away = true
    await expect(onceByKey(ports, request, openDoor)).rejects.toThrow('the log is away')
    ports.auditLog.away = false

    expect(ports.consoleActions.table.rows()).toEqual([])
    expect(await onceByKey(ports, request, openDoor)).toMatchObject({ outcome: opened, replayed: false })
  })

  test('whose commit nobody heard of is told of by its repeat', async () => {
    ports.transactions.failNextCommit('after')
    await expect(onceByKey(ports, request, openDoor)).rejects.toThrow('unheard')

    expect(await onceByKey(ports, request, openDoor)).toMatchObject({ outcome: opened, replayed: true })
  })

  // A use case may have a duplicate of its own, which means another thing than a key that is taken.
  test('that was taken meanwhile is not what the use case takes for its own duplicate', async () => {
    const meanwhile = async (keyed: KeyedPorts): Promise<Opened> => {
      await onceByKey(ports, request, openDoor)
      ports.doors.drop('north')
      try {
        return await openDoor(keyed)
      } catch (error) {
        if (error instanceof DuplicateKeyError) return { kind: 'taken' }
        throw error
      }
    }

    expect(await onceByKey(ports, request, meanwhile)).toEqual({ kind: 'answered', outcome: opened, replayed: true })
    expect(ports.doors.rows()).toEqual([])
  })

  test('keeps no answer of what returns none, and repeats so', async () => {
    const note = (keyed: KeyedPorts) => keyed.transactions.run('north', tx => keyed.auditLog.append(tx, entry))

    expect(await onceByKey(ports, request, note)).toMatchObject({ kind: 'answered', replayed: false })
    expect(await onceByKey(ports, request, note)).toEqual({ kind: 'answered', outcome: null, replayed: true })
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test('is taken once by a transaction with several entries', async () => {
    const twice = (keyed: KeyedPorts) =>
      keyed.transactions.run('north', async tx => {
        await keyed.auditLog.append(tx, entry)
        await keyed.auditLog.append(tx, { ...entry, subject: 'south' })
        return 'both'
      })

    expect(await onceByKey(ports, request, twice)).toMatchObject({ outcome: 'both' })
    expect(ports.auditLog.entries.map(({ subject }) => subject)).toEqual(['north', 'south'])
    expect(ports.consoleActions.table.rows()).toMatchObject([{ subject: 'north', answer: 'both' }])
  })
})
