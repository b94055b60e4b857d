/** An operator acts on a dead letter: what is sent, noted, kept and told, once for each key, and what a crash at each point leaves. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { letterAt } from '../../test/unit/letters.ts'
import { FakeAuditLog, FakeConsoleActions } from './fake-console-actions.ts'
import { shuffledTurns } from './fake-store.ts'
import { createFakePorts, FAKE_NOW_MS } from './fakes.ts'
import { handleAsOperator } from './handle-dead-letter.ts'
import { DependencyUnavailableError } from './ports.ts'

const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const OTHER_KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XN0'
const place = { partition: 0, offset: 7 }

function createPorts(turn?: () => Promise<void>) {
  const ports = createFakePorts({ turn })
  return {
    ...ports,
    auditLog: new FakeAuditLog(ports.transactions),
    consoleActions: new FakeConsoleActions(ports.transactions),
  }
}

let ports: ReturnType<typeof createPorts>
beforeEach(() => setUp())

async function setUp(turn?: () => Promise<void>) {
  ports = createPorts(turn)
  await ports.transactions.run('', tx => ports.deadLetterRows.put(tx, letterAt(7)))
}

const ask = (
  to: 'REDRIVEN' | 'PUT_ASIDE',
  { key = KEY, operator = 'lee', state = 'WAITING' as 'WAITING' | 'PUT_ASIDE', reason = 'mended', at = place } = {},
) => {
  const canonicalRequest = JSON.stringify({ body: { reason, state }, operation: to, path: JSON.stringify(at) })
  const claim = { key, fingerprint: canonicalRequest, canonicalRequest }
  return handleAsOperator(ports, { place: at, to, body: { state, reason }, claim, operator })
}

const stateOf = async () => (await ports.deadLetterRows.find(place))?.state
const handled = { by: 'lee', reason: 'mended', at: new Date(FAKE_NOW_MS).toISOString() }

describe('a redrive', () => {
  test('sends the very record, notes it, and writes row, audit log and key together', async () => {
    const { origin, bytes } = letterAt(7)
    const once = await ask('REDRIVEN')

    expect(once).toMatchObject({
      replayed: false,
      outcome: { kind: 'handled', letter: { state: 'REDRIVEN', handled } },
    })
    expect(ports.letterSender.sent).toEqual([{ ...origin, ...bytes }])
    expect(ports.letterSender.notes).toEqual([
      { ...place, state: 'REDRIVEN', at: handled.at, by: 'lee', reason: 'mended', key: KEY },
    ])
    expect((await ports.deadLetterRows.find(place))?.handling).toMatchObject({ noteOffset: 100, key: KEY })
    expect(ports.auditLog.entries).toEqual([
      {
        ...{ actor: 'lee', action: 'dead-letter.redriven', subject: 'payment.dlq 0/7', reason: 'mended' },
        details: { from: 'WAITING', origin: 'payment.captured 3/15', paymentId: null, key: KEY },
      },
    ])
  })

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('clicked twice is sent once, seed %i', async seed => {
    await setUp(shuffledTurns(seed))
    const both = await Promise.all([ask('REDRIVEN'), ask('REDRIVEN')])

    expect(both.map(each => (each.kind === 'answered' ? each.outcome.kind : each.kind))).toEqual(['handled', 'handled'])
    expect([ports.letterSender.sent.length, ports.letterSender.notes.length]).toEqual([1, 1])
    expect(ports.auditLog.entries).toHaveLength(1)
  })

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('of two operators is sent once, seed %i', async seed => {
    await setUp(shuffledTurns(seed))
    const both = await Promise.all([ask('REDRIVEN'), ask('REDRIVEN', { key: OTHER_KEY, operator: 'kim' })])

    const outcomes = both.map(each => (each.kind === 'answered' ? each.outcome : each))
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['conflict', 'handled'])
    expect(outcomes).toContainEqual({ kind: 'conflict', reason: 'state', state: 'REDRIVEN' })
    expect(ports.letterSender.sent).toHaveLength(1)
  })

  test('leaves everything as it was while Kafka is away, and the same key does it afterwards', async () => {
    ports.letterSender.away = true
    await expect(ask('REDRIVEN')).rejects.toThrow(DependencyUnavailableError)
    expect([await stateOf(), ports.auditLog.entries, ports.consoleActions.table.rows()]).toEqual(['WAITING', [], []])

    ports.letterSender.away = false
    expect(await ask('REDRIVEN')).toMatchObject({ replayed: false, outcome: { kind: 'handled' } })
  })

  // The consumers' unique keys make one of the two records.
  test('that was killed between the record and its note sends the record again', async () => {
    ports.letterSender.takesNoNotes = true
    await expect(ask('REDRIVEN')).rejects.toThrow(DependencyUnavailableError)
    ports.letterSender.takesNoNotes = false
    await ask('REDRIVEN')

    expect(ports.letterSender.sent).toHaveLength(2)
    expect(await stateOf()).toBe('REDRIVEN')
  })

  test('whose commit nobody heard of is told by its repeat', async () => {
    ports.transactions.failNextCommit('after')
    await expect(ask('REDRIVEN')).rejects.toThrow('unheard')

    expect(await ask('REDRIVEN')).toMatchObject({ replayed: true, outcome: { kind: 'handled' } })
    expect(ports.letterSender.sent).toHaveLength(1)
  })

  test('whose commit was lost is told by what the reader of the topic made of its note', async () => {
    ports.transactions.failNextCommit('before')
    await expect(ask('REDRIVEN')).rejects.toThrow(DependencyUnavailableError)
    const handling = {
      state: 'REDRIVEN',
      noteOffset: 100,
      by: 'lee',
      reason: 'mended',
      atMs: FAKE_NOW_MS,
      key: KEY,
    } as const
    await ports.transactions.run('', tx => ports.deadLetterRows.markHandled(tx, place, handling))

    expect(await ask('REDRIVEN')).toMatchObject({ outcome: { kind: 'handled', letter: { handled } } })
    expect(ports.letterSender.sent).toHaveLength(1)
  })

  test('of what Kafka will never take is told, and changes nothing', async () => {
    ports.letterSender.refusal = 'no such topic'
    expect(await ask('REDRIVEN')).toMatchObject({
      outcome: { kind: 'conflict', reason: 'refused', error: 'no such topic' },
    })
    expect([await stateOf(), ports.letterSender.notes, ports.auditLog.entries]).toEqual(['WAITING', [], []])
  })

  test('of a letter that cannot be read, or that there is not, is none', async () => {
    await ports.transactions.run('', tx => ports.deadLetterRows.put(tx, letterAt(8, { origin: null })))

    expect(await ask('REDRIVEN', { at: { partition: 0, offset: 8 } })).toMatchObject({
      outcome: { kind: 'conflict', reason: 'unreadable' },
    })
    expect(await ask('REDRIVEN', { at: { partition: 1, offset: 7 } })).toMatchObject({ outcome: { kind: 'not_found' } })
    expect(ports.letterSender.sent).toEqual([])
  })
})

describe('putting aside', () => {
  test('sends nothing, and is noted; a letter that was put aside can be redriven by who saw that', async () => {
    expect(await ask('PUT_ASIDE')).toMatchObject({ outcome: { letter: { state: 'PUT_ASIDE' } } })
    expect([ports.letterSender.sent, ports.letterSender.notes.length]).toEqual([[], 1])

    expect(await ask('REDRIVEN', { key: OTHER_KEY, state: 'PUT_ASIDE' })).toMatchObject({
      outcome: { letter: { state: 'REDRIVEN' } },
    })
    expect(ports.auditLog.entries.map(({ action }) => action)).toEqual([
      'dead-letter.put-aside',
      'dead-letter.redriven',
    ])
  })

  test('under a key that was used for another request is refused', async () => {
    await ask('PUT_ASIDE')
    expect(await ask('PUT_ASIDE', { reason: 'another' })).toEqual({
      kind: 'different_request',
      differences: ['/reason'],
    })
  })
})
